// SPDX-License-Identifier: BSD-3-Clause
// Exchange of new samples for old ones.
#include <xgrad/models/cycle/pool.h>

#include <xgrad/autograd/error.h>
#include <xgrad/autograd/grad_mode.h>
#include <xgrad/autograd/ops.h>

namespace xgrad::models {

SamplePool::SamplePool(std::int64_t capacity, const Generator& random) : capacity_(capacity), random_(random) {
  if (capacity < 0)
    throw ValueError("[SamplePool] capacity is " + std::to_string(capacity) + ", but must be 0 or more");
}

Variable SamplePool::exchange(const Variable& samples) {
  const NoGradGuard guard;
  const std::int64_t n = samples.size(0);
  const auto draws = uniform({2, n}, 0.0, 1.0, DType::float64, random_).array().to_vector<double>();
  Variables given;
  for (std::int64_t i = 0; i < n; ++i) {
    const Variable fresh = slice(samples.detach(), 0, i, i + 1);
    const auto at = static_cast<std::size_t>(draws[static_cast<std::size_t>(n + i)] * static_cast<double>(capacity_));
    if (size() < capacity_) {
      kept_.push_back(fresh);
      given.push_back(fresh);
    } else if (capacity_ > 0 && draws[static_cast<std::size_t>(i)] < 0.5) {
      given.push_back(std::exchange(kept_[at], fresh));
    } else {
      given.push_back(fresh);
    }
  }
  return concat(given);
}

StateDict SamplePool::state_dict() const {
  if (kept_.empty()) return {};
  const NoGradGuard guard;
  return {{"samples", concat(kept_).array()}};
}

void SamplePool::load_state_dict(const StateDict& state) {
  const bool known = state.empty() || (state.size() == 1 && state[0].first == "samples");
  if (!known || (!state.empty() && (state[0].second.rank() < 1 || state[0].second.shape()[0] > capacity_))) {
    throw ValueError("[SamplePool] the saved samples are of another pool");
  }
  kept_.clear();
  if (state.empty()) return;
  const NoGradGuard guard;
  const Variable all(state[0].second);
  for (std::int64_t i = 0; i < all.size(0); ++i) kept_.push_back(slice(all, 0, i, i + 1));
}

}  // namespace xgrad::models
