// SPDX-License-Identifier: BSD-3-Clause
// Reproducible random streams: the same seed gives the same numbers on every machine and at every thread count.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include <xgrad/autograd/kernels/philox.h>
#include <xgrad/autograd/variable.h>

namespace xgrad {

/// A Philox stream. Copyable; its state can be saved and restored.
class Generator {
 public:
  explicit Generator(std::uint64_t seed = 0) noexcept;
  Generator(const Generator& other) noexcept : state_(other.state_) {}
  Generator& operator=(const Generator& other) {
    set_state(other.state());
    return *this;
  }
  ~Generator();  // a step that is being recorded must know
  void manual_seed(std::uint64_t seed);
  /// An independent stream named by a number, e.g. one for data order and one for noise.
  Generator split(std::uint64_t stream) const noexcept;

  struct State {
    std::uint64_t key;
    std::uint64_t offset;
    friend bool operator==(const State&, const State&) = default;
  };
  State state() const noexcept { return {state_.key, state_.offset}; }
  void set_state(State s);

  /// The place for a draw of n elements; moves past it.
  kernels::PhiloxState take(std::int64_t n, DType dtype);

  /// Names this object, not its copies, and expires with it.
  std::weak_ptr<Generator* const> identity();

 private:
  kernels::PhiloxState state_;
  std::shared_ptr<Generator* const> identity_;  ///< made when first asked for
};

/// The generator used where none is given; one a thread.
Generator& default_generator() noexcept;
/// Seeds the calling thread's default generator.
void manual_seed(std::uint64_t seed);

/// U[low, high)
Variable uniform(const Shape& shape, double low = 0.0, double high = 1.0, DType dtype = DType::float32,
                 Generator& generator = default_generator());
/// N(mean, sd^2)
Variable normal(const Shape& shape, double mean = 0.0, double sd = 1.0, DType dtype = DType::float32,
                Generator& generator = default_generator());
/// 1 with probability p, else 0
Variable bernoulli(const Shape& shape, double p, DType dtype = DType::float32,
                   Generator& generator = default_generator());
/// 0 .. n-1 in random order, int64
Variable permutation(std::int64_t n, Generator& generator = default_generator());

}  // namespace xgrad
