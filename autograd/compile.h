// SPDX-License-Identifier: BSD-3-Clause
// compile: a function of Variables, updates included, that is recorded once and from then on replayed.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include <xgrad/autograd/error.h>
#include <xgrad/autograd/variable.h>

namespace xgrad {

/// What became of one recording.
struct CompileReport {
  std::string signature;            ///< of the inputs
  std::int64_t recorded = 0;        ///< pieces of work that were recorded
  std::int64_t replayed = 0;        ///< that a replay does
  std::int64_t fused = 0;           ///< element-wise ops that run inside of others' passes
  std::int64_t bytes_recorded = 0;  ///< of all values together
  std::int64_t bytes_planned = 0;   ///< of the memory that the replay keeps for them
};

std::string to_string(const CompileReport& report);

/// A step that is recorded at its first call for given shapes and dtypes of its inputs, and replayed from then on.
///
///   auto step = xgrad::compile([&](const Variables& in) {
///     const Variable loss = mse_loss(net(in[0]), in[1]);
///     adam.step(grad(loss, net.parameters()));
///     return Variables{loss};
///   });
///   for (int i = 0; i < 1000; ++i) std::cout << step({x, y})[0].item();
///
/// The first call runs the function as it stands. A replay runs its kernels only: draws of random numbers and updates
/// of parameters, optimisers and running statistics included. It reads the values that captured Variables have by
/// then, and gives the same numbers, bit for bit. The rest of the function, its plain C++, does not run again: what
/// changes from call to call must be an input. Results are constants: no gradient flows through a step.
///
/// What a replay would not do again is refused with a CompileError at the first call: reading or writing values on the
/// host (item(), to_vector(), data()), keeping a computed Variable outside of the function, adding to gradients from
/// before. What the function had done until then, updates and draws included, stays done. See docs/compile.md. Like a
/// Variable, a step belongs to one thread at a time.
class Compiled {
 public:
  using Function = std::function<Variables(const Variables&)>;

  explicit Compiled(Function f);
  ~Compiled();
  Compiled(Compiled&&) noexcept;
  Compiled& operator=(Compiled&&) noexcept;

  /// The inputs are what they hold at the call, whatever the step then writes.
  /// @throws CompileError as above and when the step was moved from, and whatever the function throws.
  Variables operator()(const Variables& inputs);

  /// One report for each recording that is kept.
  std::vector<CompileReport> reports() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// @throws nothing before the first call.
Compiled compile(Compiled::Function f);

}  // namespace xgrad
