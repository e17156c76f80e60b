// SPDX-License-Identifier: BSD-3-Clause
// Folds part a dataset, the same way everywhere.
#include <doctest/doctest.h>

#include <algorithm>
#include <memory>
#include <set>
#include <vector>

#include <xgrad/autograd/error.h>
#include <xgrad/models/data/fold.h>

using namespace xgrad;
using namespace xgrad::models;

namespace {

// Sample i is the number i, with label i mod 3.
struct Numbers : Dataset {
  explicit Numbers(std::int64_t n) { size = n, name = "numbers"; }
  SampleFormat format() const override { return {.height = 1, .width = 2, .classes = 3}; }
  void read(std::int64_t i, PixelRange, float* to) const override { to[0] = to[1] = static_cast<float>(i); }
  std::int64_t label(std::int64_t i) const override { return i % 3; }
  std::string describe() const override { return "numbers"; }
};

}  // namespace

TEST_CASE("folds are disjoint, together all samples, and of nearly equal size") {
  for (const std::int64_t n : {2, 7, 96, 1000}) {
    for (const int count : {2, 3, 7}) {
      if (n < count) continue;
      std::set<std::int64_t> seen;
      for (int index = 1; index <= count; ++index) {
        const Fold fold{index, count};
        const std::vector<std::int64_t> in = members(fold, n);
        const std::vector<std::int64_t> out = others(fold, n);
        CHECK(std::abs(static_cast<std::int64_t>(in.size()) * count - n) < count);
        for (const std::int64_t i : in) CHECK(seen.insert(i).second);
        std::vector<std::int64_t> all = in;
        all.insert(all.end(), out.begin(), out.end());
        std::sort(all.begin(), all.end());
        REQUIRE(all.size() == static_cast<std::size_t>(n));
        for (std::int64_t i = 0; i < n; ++i) CHECK(all[static_cast<std::size_t>(i)] == i);
        CHECK(members(fold, n) == in);
      }
      CHECK(seen.size() == static_cast<std::size_t>(n));
      CHECK(*seen.begin() == 0);
      CHECK(*seen.rbegin() == n - 1);
    }
  }
  // Shuffled: the first of ten folds of a thousand is not the first hundred, but drawn from everywhere.
  const std::vector<std::int64_t> tenth = members({1, 10}, 1000);
  const auto low = std::count_if(tenth.begin(), tenth.end(), [](std::int64_t i) { return i < 500; });
  CHECK(low > 30);
  CHECK(low < 70);
  CHECK_THROWS_AS(members({1, 3}, 2), ValueError);
}

TEST_CASE("a fold's name is read strictly") {
  CHECK(parse_fold("2/5").index == 2);
  CHECK(parse_fold("2/5").count == 5);
  for (const char* wrong : {"", "2", "2/", "/5", "0/5", "6/5", "1/1", "2/5 ", "2/5x", "-1/5", "a/b"}) {
    CAPTURE(wrong);
    CHECK_THROWS_AS(parse_fold(wrong), ValueError);
  }
}

TEST_CASE("a part of a dataset is its samples under new numbers") {
  const auto part = part_of(std::make_shared<const Numbers>(10), {7, 2, 5});
  CHECK(part->size == 3);
  CHECK(part->name == "numbers");
  CHECK(part->format().classes == 3);
  float values[2] = {};
  part->read(1, PixelRange::unit, values);
  CHECK(values[1] == 2.0f);
  CHECK(part->label(2) == 2);
}
