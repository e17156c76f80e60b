// SPDX-License-Identifier: BSD-3-Clause
// Learning-rate schedules: pure functions from the step to a factor, and the scheduler that applies one.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include <xgrad/autograd/state_dict.h>
#include <xgrad/optim/optimizer.h>

namespace xgrad::optim {

/// Factor of the base learning rate at step 0, 1, 2, ...
using Schedule = std::function<double(std::int64_t step)>;

/// gamma^floor(step / step_size), as torch's StepLR.
struct StepLR {
  std::int64_t step_size = 1;
  double gamma = 0.1;
  double operator()(std::int64_t step) const;
};

/// min_factor + (1 - min_factor) (1 + cos(pi step / t_max)) / 2, as torch's CosineAnnealingLR with eta_min =
/// min_factor lr: periodic, back at 1 after 2 t_max steps (Loshchilov & Hutter, 2017).
struct CosineAnnealingLR {
  std::int64_t t_max = 1;
  double min_factor = 0.0;
  double operator()(std::int64_t step) const;
};

/// From start_factor in a straight line to 1 at step `steps`, then 1, as torch's LinearLR.
struct LinearWarmup {
  std::int64_t steps = 5;
  double start_factor = 1.0 / 3.0;
  double operator()(std::int64_t step) const;
};

/// One schedule after another: schedule k starts, at its own step 0, at milestones[k - 1] (torch's SequentialLR).
/// @throws ValueError unless there is one milestone fewer than schedules, ascending.
Schedule sequence(std::vector<Schedule> schedules, std::vector<std::int64_t> milestones);
/// The product of the factors (torch's ChainedScheduler).
Schedule product(std::vector<Schedule> schedules);

/// Sets optimizer.lr() to base_lr * schedule(step), at once and after every step(). The base is the optimiser's rate
/// when the scheduler is made. The optimiser must outlive the scheduler.
class LRScheduler {
 public:
  LRScheduler(Optimizer& optimizer, Schedule schedule);
  /// Call after optimizer.step(). @throws ValueError on a rate that is negative or not finite; nothing is changed then.
  void step();
  std::int64_t steps() const noexcept { return step_; }
  double base_lr() const noexcept { return base_lr_; }

  /// "step" and "base_lr".
  StateDict state_dict() const;
  /// Also sets the optimiser's rate. @throws ValueError listing every name that is missing, unexpected or of another
  /// kind, and on a rate that is negative or not finite; nothing is changed then.
  void load_state_dict(const StateDict& state);

 private:
  /// Sets the rate of that step, then what is kept: a schedule that throws changes nothing.
  void move_to(std::int64_t step, double base_lr);

  Optimizer& optimizer_;
  Schedule schedule_;
  double base_lr_;
  std::int64_t step_ = 0;
};

}  // namespace xgrad::optim
