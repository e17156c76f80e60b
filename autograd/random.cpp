// SPDX-License-Identifier: BSD-3-Clause
// Generators: keys, splitting and draws.
#include <xgrad/autograd/random.h>

#include <array>

#include <xgrad/autograd/compile/recording.h>
#include <xgrad/autograd/error.h>
#include <xgrad/autograd/kernels/elementwise.h>
#include <xgrad/autograd/naming.h>
#include <xgrad/autograd/rerun.h>
#include <xgrad/autograd/text.h>

namespace xgrad {

namespace {

void check_floating(const char* op, DType dtype) {
  if (!is_floating(dtype)) throw DTypeError("[" + std::string(op) + "] draws float32 or float64, asked for int64");
}

/// Memory filled by fill(place in the stream, out), the parameters telling draws of one name apart.
template <class F>
Variable drawn(const char* name, Generator& generator, double p, double q, const Shape& shape, DType dtype,
               const F& fill) {
  const auto draw = [&generator, fill](Array& out) { fill(generator.take(out.size(), out.dtype()), out); };
  if (detail::recorder) [[unlikely]] {
    const detail::DrawAgain place(generator, shape.numel(), dtype);
    return detail::named(name,
                         [&] { return Variable(detail::record_draw(name, generator, p, q, shape, dtype, draw)); });
  }
  Array out = detail::named(name, [&] { return Array(shape, dtype); });
  draw(out);
  return Variable(std::move(out));
}

}  // namespace

Generator::Generator(std::uint64_t seed) noexcept : state_{seed, 0} {}

Generator::~Generator() {
  if (detail::recorder) [[unlikely]]
    detail::record_end_of(*this);
  if (detail::run) [[unlikely]]
    detail::Run::end_of(*this);
}

void Generator::manual_seed(std::uint64_t seed) { set_state({seed, 0}); }

void Generator::set_state(State s) {
  if (detail::run) [[unlikely]]
    detail::Run::reseeding(*this);
  state_ = {s.key, s.offset};
}

Generator Generator::split(std::uint64_t stream) const noexcept {
  // The child's key is one Philox block of the parent's key at a counter that draws never reach (top word set).
  const std::array<std::uint32_t, 4> counter{static_cast<std::uint32_t>(stream),
                                             static_cast<std::uint32_t>(stream >> 32), 0, 0xffffffff};
  const auto words =
      kernels::philox(counter, {static_cast<std::uint32_t>(state_.key), static_cast<std::uint32_t>(state_.key >> 32)});
  return Generator(words[0] | static_cast<std::uint64_t>(words[1]) << 32);
}

std::weak_ptr<Generator* const> Generator::identity() {
  if (!identity_) identity_ = std::make_shared<Generator* const>(this);
  return identity_;
}

kernels::PhiloxState Generator::take(std::int64_t n, DType dtype) {
  if (detail::run) [[unlikely]]
    return detail::Run::take(state_, n, dtype);
  const kernels::PhiloxState at = state_;
  state_.offset += kernels::counters_for(n, dtype);
  return at;
}

Generator& default_generator() noexcept {
  thread_local Generator generator;
  return generator;
}

void manual_seed(std::uint64_t seed) { default_generator().manual_seed(seed); }

Variable uniform(const Shape& shape, double low, double high, DType dtype, Generator& generator) {
  check_floating("uniform", dtype);
  if (!(low <= high)) {
    throw ValueError("[uniform] the lower bound " + detail::text_of(low) + " is above the upper bound " +
                     detail::text_of(high));
  }
  return drawn("uniform", generator, low, high, shape, dtype,
               [low, high](kernels::PhiloxState at, Array& out) { kernels::uniform(at, low, high, out); });
}

Variable normal(const Shape& shape, double mean, double sd, DType dtype, Generator& generator) {
  check_floating("normal", dtype);
  if (!(sd >= 0.0)) throw ValueError("[normal] the standard deviation must be at least 0, got " + detail::text_of(sd));
  return drawn("normal", generator, mean, sd, shape, dtype,
               [mean, sd](kernels::PhiloxState at, Array& out) { kernels::normal(at, mean, sd, out); });
}

Variable bernoulli(const Shape& shape, double p, DType dtype, Generator& generator) {
  check_floating("bernoulli", dtype);
  if (!(p >= 0.0 && p <= 1.0)) throw ValueError("[bernoulli] p must be in [0, 1], got " + detail::text_of(p));
  return drawn("bernoulli", generator, p, 0.0, shape, dtype,
               [p](kernels::PhiloxState at, Array& out) { kernels::bernoulli(at, p, out); });
}

Variable permutation(std::int64_t n, Generator& generator) {
  return drawn("permutation", generator, 0.0, 0.0, Shape{n}, DType::int64,
               [](kernels::PhiloxState at, Array& out) { kernels::permutation(at, out); });
}

}  // namespace xgrad
