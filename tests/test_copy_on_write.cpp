// SPDX-License-Identifier: BSD-3-Clause
// A graph differentiates what was computed, whatever happens to its parameters meanwhile.
#include <doctest/doctest.h>

#include <xgrad/autograd/engine.h>
#include <xgrad/autograd/error.h>

#include "core_support.h"

using namespace xgrad;
using namespace xgrad::test;

TEST_CASE("a parameter written in place under a live graph is copied first") {
  Variable w = leaf({1, 2}, {2});
  const Variable y = sum(w * w * w);
  const void* before = w.array().raw();
  w.mutable_array().mutable_data<double>()[0] = 100;
  CHECK(w.array().raw() != before);
  CHECK(w.array().to_vector<double>() == std::vector<double>{100, 2});
  CHECK(grad(y, w).array().to_vector<double>() == std::vector<double>{3, 12});
  CHECK(grad(sum(w * w * w), w).array().to_vector<double>() == std::vector<double>{30000, 12});
}

TEST_CASE("without a live graph it is written where it is") {
  Variable w = leaf({1, 2}, {2});
  { grad(sum(w * w), w); }
  const void* before = w.array().raw();
  w.mutable_array().mutable_data<double>()[0] = 100;
  CHECK(w.array().raw() == before);
}

TEST_CASE("a graph whose sweep has passed holds no parameter") {
  Variable w = leaf({1, 2}, {2});
  const Variable y = sum(w * w);  // still held by us
  grad(y, w);
  const void* before = w.array().raw();
  w.mutable_array().mutable_data<double>()[0] = 100;
  CHECK(w.array().raw() == before);
}

TEST_CASE("a parameter replaced between the first and the second sweep keeps both right") {
  Variable w = leaf({1, 2}, {2});
  const Variable x = leaf({3, 5}, {2});
  const Variable y = sum(square(w * x));
  const Variable g = grad(y, x, {.create_graph = true});  // 2 w^2 x
  w.set_array(Array::from<double>({7, 7}, {2}));
  CHECK(g.array().to_vector<double>() == std::vector<double>{6, 40});
  CHECK(grad(sum(square(g)), w).array().to_vector<double>() == std::vector<double>{16 * 9, 16 * 8 * 25});
  CHECK(w.array().to_vector<double>() == std::vector<double>{7, 7});
}

TEST_CASE("views of one buffer do not see each other's writes") {
  Variable w = leaf({1, 2, 3, 4}, {4});
  Variable square_view = Variable(w.array().reshape({2, 2}), true);
  Variable detached = w.detach();
  const Variable y = reshape(w, {2, 2});
  w.mutable_array().mutable_data<double>()[0] = 100;
  for (const Variable& v : {square_view, detached, y}) {
    CHECK(v.array().to_vector<double>() == std::vector<double>{1, 2, 3, 4});
  }
  detached.mutable_array().mutable_data<double>()[1] = 200;
  CHECK(square_view.array().to_vector<double>() == std::vector<double>{1, 2, 3, 4});
  CHECK(w.array().to_vector<double>() == std::vector<double>{100, 2, 3, 4});
}

TEST_CASE("accumulating into a stored gradient does not change one that the user holds") {
  Variable w = leaf({1, 2}, {2});
  sum(w * 3.0).backward();
  const Array held = w.grad().array();
  sum(w * 4.0).backward();
  CHECK(held.to_vector<double>() == std::vector<double>{3, 3});
  CHECK(w.grad().array().to_vector<double>() == std::vector<double>{7, 7});
}

TEST_CASE("a cotangent that the user passes is not written") {
  const Variable w = leaf({1, 2}, {2});
  const Variable u = constant({1, 1}, {2});
  grad({w * 1.0, w + w, w}, {w}, {u, u, u});
  CHECK(u.array().to_vector<double>() == std::vector<double>{1, 1});
}
