// SPDX-License-Identifier: BSD-3-Clause
// The schedules' formulae and the scheduler's state.
#include <algorithm>
#include <cmath>
#include <numbers>

#include <xgrad/autograd/error.h>
#include <xgrad/optim/schedule.h>
#include <xgrad/optim/state_reader.h>

namespace xgrad::optim {

double StepLR::operator()(std::int64_t step) const {
  if (step_size < 1) throw ValueError("[StepLR] step_size must be >= 1, not " + std::to_string(step_size));
  return std::pow(gamma, static_cast<double>(step / step_size));
}

double CosineAnnealingLR::operator()(std::int64_t step) const {
  if (t_max < 1) throw ValueError("[CosineAnnealingLR] t_max must be >= 1, not " + std::to_string(t_max));
  const double phase = std::numbers::pi * static_cast<double>(step) / static_cast<double>(t_max);
  return min_factor + (1.0 - min_factor) * 0.5 * (1.0 + std::cos(phase));
}

double LinearWarmup::operator()(std::int64_t step) const {
  if (step >= steps) return 1.0;
  return start_factor + (1.0 - start_factor) * static_cast<double>(step) / static_cast<double>(steps);
}

Schedule sequence(std::vector<Schedule> schedules, std::vector<std::int64_t> milestones) {
  if (schedules.size() != milestones.size() + 1) {
    throw ValueError("[sequence] " + std::to_string(schedules.size()) + " schedules need one milestone fewer, not " +
                     std::to_string(milestones.size()));
  }
  if (!std::is_sorted(milestones.begin(), milestones.end())) throw ValueError("[sequence] milestones must ascend");
  return [schedules = std::move(schedules), milestones = std::move(milestones)](std::int64_t step) {
    const auto next = std::upper_bound(milestones.begin(), milestones.end(), step);
    const std::int64_t start = next == milestones.begin() ? 0 : *(next - 1);
    return schedules[static_cast<std::size_t>(next - milestones.begin())](step - start);
  };
}

Schedule product(std::vector<Schedule> schedules) {
  return [schedules = std::move(schedules)](std::int64_t step) {
    double factor = 1.0;
    for (const Schedule& schedule : schedules) factor *= schedule(step);
    return factor;
  };
}

LRScheduler::LRScheduler(Optimizer& optimizer, Schedule schedule)
    : optimizer_(optimizer), schedule_(std::move(schedule)), base_lr_(optimizer.lr()) {
  move_to(0, base_lr_);
}

void LRScheduler::move_to(std::int64_t step, double base_lr) {
  optimizer_.set_lr(base_lr * schedule_(step));
  step_ = step;
  base_lr_ = base_lr;
}

void LRScheduler::step() { move_to(step_ + 1, base_lr_); }

StateDict LRScheduler::state_dict() const {
  return {{"step", Array::from<std::int64_t>({step_}, {})}, {"base_lr", Array::scalar(base_lr_, DType::float64)}};
}

void LRScheduler::load_state_dict(const StateDict& state) {
  detail::StateReader reader("LRScheduler", state);
  const Array step = reader.take("step", {}, DType::int64);
  const Array base_lr = reader.take("base_lr", {}, DType::float64);
  reader.finish();
  move_to(step.item<std::int64_t>(), base_lr.item<double>());
}

}  // namespace xgrad::optim
