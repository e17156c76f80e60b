// SPDX-License-Identifier: BSD-3-Clause
// Folds as runs of one fixed permutation, and parts of datasets by their samples' numbers.
#include <xgrad/models/data/fold.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include <xgrad/autograd/kernels/philox.h>
#include <xgrad/autograd/random.h>

namespace xgrad::models {

namespace {

constexpr std::uint64_t shuffle_seed = 2718281828;

struct Part : Dataset {
  Part(std::shared_ptr<const Dataset> of, std::vector<std::int64_t> which)
      : whole(std::move(of)), numbers(std::move(which)) {
    name = whole->name;
    size = static_cast<std::int64_t>(numbers.size());
    files = whole->files;
  }
  std::int64_t number(std::int64_t i) const { return numbers[static_cast<std::size_t>(i)]; }

  SampleFormat format() const override { return whole->format(); }
  void read(std::int64_t i, PixelRange range, float* to) const override { whole->read(number(i), range, to); }
  std::int64_t label(std::int64_t i) const override { return whole->label(number(i)); }
  std::string describe() const override { return std::to_string(size) + " of " + whole->describe(); }

  std::shared_ptr<const Dataset> whole;
  std::vector<std::int64_t> numbers;
};

/// The shuffle's places [first, last), or all the other ones.
std::vector<std::int64_t> places(const Fold& fold, std::int64_t n, bool inside) {
  if (n < fold.count) {
    throw ValueError("[fold] " + std::to_string(n) + " samples make no " + std::to_string(fold.count) + " folds");
  }
  Array order(Shape{n}, DType::int64);
  Generator random(shuffle_seed);
  kernels::permutation(random.take(n, DType::int64), order);
  const std::int64_t* p = order.data<std::int64_t>();
  const std::int64_t first = n * (fold.index - 1) / fold.count;
  const std::int64_t last = n * fold.index / fold.count;
  std::vector<std::int64_t> numbers;
  if (inside) {
    numbers.assign(p + first, p + last);
  } else {
    numbers.assign(p, p + first);
    numbers.insert(numbers.end(), p + last, p + n);
  }
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

}  // namespace

Fold parse_fold(const std::string& text) {
  Fold fold{.index = 0, .count = 0};
  const char* const end = text.data() + text.size();
  const auto [slash, error] = std::from_chars(text.data(), end, fold.index);
  if (error == std::errc() && slash != end && *slash == '/') {
    const auto [stop, second] = std::from_chars(slash + 1, end, fold.count);
    const bool whole = second == std::errc() && stop == end;
    if (whole && fold.count >= 2 && fold.index >= 1 && fold.index <= fold.count) return fold;
  }
  throw ValueError("\"" + text + "\" names no fold; the second of five is 2/5");
}

std::vector<std::int64_t> members(const Fold& fold, std::int64_t n) { return places(fold, n, true); }
std::vector<std::int64_t> others(const Fold& fold, std::int64_t n) { return places(fold, n, false); }

std::shared_ptr<const Dataset> part_of(std::shared_ptr<const Dataset> whole, std::vector<std::int64_t> numbers) {
  return std::make_shared<Part>(std::move(whole), std::move(numbers));
}

}  // namespace xgrad::models
