// SPDX-License-Identifier: BSD-3-Clause
// Optimizer: what all optimisers share: their parameters, per-parameter state, and its saving.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <xgrad/autograd/state_dict.h>
#include <xgrad/autograd/variable.h>

namespace xgrad::optim {

/// Changes parameters in place, in one pass each. A parameter that a live graph still holds goes to fresh memory
/// instead, so that the graph differentiates what was computed.
class Optimizer {
 public:
  virtual ~Optimizer();  // a step that is being recorded must know
  Optimizer(const Optimizer&) = delete;
  Optimizer& operator=(const Optimizer&) = delete;

  /// Drops the gradients of all parameters.
  void zero_grad();
  /// One update from the parameters' grad(); those without one are skipped.
  /// @throws ShapeError or DTypeError when a gradient does not match its parameter, or moments do not since the
  /// parameter was converted (Module::to); nothing is changed then.
  void step();
  /// One update from gradients given in the order of the parameters, e.g. by xgrad::grad; undefined ones are skipped.
  /// @throws also ValueError when their number differs.
  void step(const Variables& grads);

  double lr() const;
  /// @throws ValueError when negative or not finite.
  void set_lr(double lr);
  const Variables& parameters() const noexcept { return parameters_; }

  /// "lr", and for each parameter i that has been updated "i.step" and its moments under PyTorch's names, e.g.
  /// "0.exp_avg". Saved and restored bit for bit; the other hyperparameters belong to whoever made the optimiser.
  StateDict state_dict() const;
  /// @throws ValueError listing every name that is missing, unexpected, repeated, or of another shape or dtype;
  ///         nothing is changed then.
  void load_state_dict(const StateDict& state);

 protected:
  /// State of one parameter: empty until its first update.
  struct Slot {
    std::int64_t step = 0;       ///< updates done, counting the present one
    std::vector<Array> moments;  ///< as named by moment_names, shaped like the parameter
  };

  /// `moment_names` lists the arrays kept for each parameter; they start at 0.
  /// @throws ValueError when there is no parameter, one is given twice, or lr is out of its domain; GraphError when
  ///         one does not require a gradient or is no leaf.
  Optimizer(std::string name, Variables parameters, double lr, std::vector<std::string> moment_names);

  /// Writes one parameter and its moments; neither they nor p are shared.
  virtual void update(const Array& g, Array& p, Slot& slot) = 0;
  /// @throws ValueError naming the optimiser and the option unless `ok`.
  void require(bool ok, const char* option, double value, const char* domain) const;

 private:
  /// One update of the parameters of those numbers.
  void apply(const std::vector<std::size_t>& which, std::span<const Variable* const> grads);
  std::string mismatch(std::size_t i, const std::string& gradient, const std::string& parameter) const;

  std::string name_;
  Variables parameters_;
  double lr_;
  std::vector<std::string> moment_names_;
  std::vector<Slot> slots_;
};

}  // namespace xgrad::optim
