// SPDX-License-Identifier: BSD-3-Clause
// The strided copy and the indexing kernels against plain loops over every index.
#include <algorithm>
#include <functional>

#include <xgrad/autograd/error.h>
#include <xgrad/autograd/kernels/copy.h>

#include "kernels_support.h"

using namespace xgrad;
using namespace xgrad::test;
using kernels::Strides;

namespace {

/// f(flat place, index) for every index of the shape.
void for_each_index(const Shape& shape, const std::function<void(std::int64_t, const std::vector<std::int64_t>&)>& f) {
  std::vector<std::int64_t> index(shape.rank());
  for (std::int64_t i = 0; i < shape.numel(); ++i) {
    std::int64_t rest = i;
    for (std::size_t k = shape.rank(); k-- > 0;) {
      index[k] = rest % shape[k];
      rest /= shape[k];
    }
    f(i, index);
  }
}

std::int64_t dot(const std::vector<std::int64_t>& index, const Strides& strides) {
  std::int64_t s = 0;
  for (std::size_t k = 0; k < index.size(); ++k) s += index[k] * strides[k];
  return s;
}

template <class T>
void check_copy(const Shape& extents, std::int64_t in_size, std::int64_t in_offset, const Strides& in,
                std::int64_t out_size, std::int64_t out_offset, const Strides& out) {
  const Array x = spread<T>({in_size}, -1e6, 1e6);
  Array y = Array::full({out_size}, 7, dtype_of<T>), want = y.clone();
  kernels::strided_copy(extents, x, in_offset, in, y, out_offset, out);
  T* w = want.mutable_data<T>();
  for_each_index(extents, [&](std::int64_t, const auto& index) {
    w[out_offset + dot(index, out)] = x.data<T>()[in_offset + dot(index, in)];
  });
  CAPTURE(to_string(extents));
  CHECK(same<T>(y, want));
}

/// Every permutation of the axes of a shape.
template <class T>
void check_permutations(const Shape& shape) {
  std::vector<std::size_t> order(shape.rank());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  const Strides own = kernels::contiguous_strides(shape);
  do {
    Shape to = shape;
    Strides in{};
    for (std::size_t i = 0; i < order.size(); ++i) {
      to[i] = shape[order[i]];
      in[i] = own[order[i]];
    }
    check_copy<T>(to, shape.numel(), 0, in, shape.numel(), 0, kernels::contiguous_strides(to));
    check_copy<T>(to, shape.numel(), 0, kernels::contiguous_strides(to), shape.numel(), 0, in);
  } while (std::next_permutation(order.begin(), order.end()));
}

}  // namespace

TEST_CASE("strided copies: permutations, slices, flips, repeats, pads") {
  check_permutations<float>({3, 4, 5, 6});
  check_permutations<double>({33, 2, 70});
  check_permutations<std::int64_t>({130, 257});
  check_permutations<float>({300, 500});
  check_copy<float>({}, 1, 0, {}, 1, 0, {});
  check_copy<float>({0, 3}, 1, 0, {3, 1}, 1, 0, {3, 1});
  check_copy<double>({4, 3}, 100, 7, {20, 2}, 12, 0, {3, 1});        // a slice with steps
  check_copy<float>({4, 3}, 12, 11, {-3, -1}, 12, 0, {3, 1});        // reversed
  check_copy<float>({5, 4, 3}, 4, 0, {0, 1, 0}, 60, 0, {12, 3, 1});  // repeated
  check_copy<float>({2, 3}, 6, 0, {3, 1}, 40, 9, {8, 1});            // into a larger one
  check_copy<double>({200, 300}, 60000, 0, {300, 1}, 200 * 700, 350, {700, 1});
  check_copy<std::int64_t>({50000}, 100000, 1, {2}, 50000, 49999, {-1});
}

TEST_CASE("gather and scatter_add along every axis") {
  const Shape shape{4, 5, 6};
  const Array x = spread<double>(shape, -1, 1);
  const Strides strides = kernels::contiguous_strides(shape);
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const Shape picked{3, 5, 4};
    const auto extent = static_cast<double>(shape[axis]);
    const Array index = spread<std::int64_t>(picked, -extent + 0.01 - 0.99, extent - 0.01, axis + 1);
    Array y(picked, DType::float64), sum = Array::full(shape, 1, DType::float64), want = sum.clone();
    kernels::gather("gather", x, axis, index, y);
    kernels::scatter_add("scatter_add", y, axis, index, sum);
    double* w = want.mutable_data<double>();
    for_each_index(picked, [&](std::int64_t i, std::vector<std::int64_t> at) {
      const std::int64_t k = index.data<std::int64_t>()[i];
      at[axis] = k < 0 ? k + shape[axis] : k;
      CHECK(y.data<double>()[i] == x.data<double>()[dot(at, strides)]);
      w[dot(at, strides)] += y.data<double>()[i];
    });
    CHECK(same<double>(sum, want));
  }
}

TEST_CASE("index_select and index_add along every axis") {
  const Shape shape{4, 5, 6};
  const Array x = spread<float>(shape, -1, 1);
  const Strides strides = kernels::contiguous_strides(shape);
  const Array index = Array::from<std::int64_t>({3, -1, 0, 0, 2}, {5});
  for (std::size_t axis = 0; axis < 3; ++axis) {
    Shape picked = shape;
    picked[axis] = 5;
    Array y(picked), sum = Array::zeros(shape), want = Array::zeros(shape);
    kernels::index_select("index_select", x, axis, index, y);
    kernels::index_add("index_add", y, axis, index, sum);
    float* w = want.mutable_data<float>();
    for_each_index(picked, [&](std::int64_t i, std::vector<std::int64_t> at) {
      const std::int64_t k = index.data<std::int64_t>()[at[axis]];
      at[axis] = k < 0 ? k + shape[axis] : k;
      CHECK(y.data<float>()[i] == x.data<float>()[dot(at, strides)]);
      w[dot(at, strides)] += y.data<float>()[i];
    });
    CHECK(same<float>(sum, want));
  }
}

TEST_CASE("scatter_add and index_add give the same bits with any number of threads") {
  const Shape shape{64, 50};
  const Array x = spread<float>({64, 3000}, -1, 1);
  const Array index = spread<std::int64_t>({64, 3000}, 0, 49.9), line = spread<std::int64_t>({3000}, 0, 49.9);
  Array want = Array::zeros(shape), want_of_line = Array::zeros(shape);
  for (std::int64_t i = 0; i < x.size(); ++i) {
    const std::int64_t row = i / 3000 * 50;
    want.mutable_data<float>()[row + index.data<std::int64_t>()[i]] += x.data<float>()[i];
    want_of_line.mutable_data<float>()[row + line.data<std::int64_t>()[i % 3000]] += x.data<float>()[i];
  }
  with_each_thread_count([&] {
    Array sum = Array::zeros(shape), sum_of_line = Array::zeros(shape);
    kernels::scatter_add("scatter_add", x, 1, index, sum);
    kernels::index_add("index_add", x, 1, line, sum_of_line);
    CHECK(same<float>(sum, want));
    CHECK(same<float>(sum_of_line, want_of_line));
  });
}

TEST_CASE("indices out of range are refused before anything is written") {
  const Array x = spread<float>({3, 4}, -1, 1);
  for (const std::int64_t bad : {std::int64_t{4}, std::int64_t{-5}, std::numeric_limits<std::int64_t>::min()}) {
    const Array index = Array::from<std::int64_t>({0, bad}, {1, 2}), line = Array::from<std::int64_t>({0, bad}, {2});
    Array y = Array::full({1, 2}, 7), z = Array::full({3, 2}, 7), into = Array::full({3, 4}, 7);
    CHECK_THROWS_AS(kernels::gather("gather", x, 1, index, y), ValueError);
    CHECK_THROWS_AS(kernels::scatter_add("scatter_add", y, 1, index, into), ValueError);
    CHECK_THROWS_AS(kernels::index_select("index_select", x, 1, line, z), ValueError);
    CHECK_THROWS_AS(kernels::index_add("index_add", z, 1, line, into), ValueError);
    CHECK(same<float>(y, Array::full({1, 2}, 7)));
    CHECK(same<float>(z, Array::full({3, 2}, 7)));
    CHECK(same<float>(into, Array::full({3, 4}, 7)));
  }
  Array picked({1, 4});
  CHECK_THROWS_WITH_AS(kernels::index_select("pick", x, 0, Array::from<std::int64_t>({9}, {1}), picked),
                       "[pick] index 9 at place 0 is out of range for an axis of 3 elements", ValueError);
}
