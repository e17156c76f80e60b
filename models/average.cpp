// SPDX-License-Identifier: BSD-3-Clause
// One pass over all values.
#include <algorithm>

#include <xgrad/autograd/error.h>
#include <xgrad/models/average.h>

namespace xgrad::models {

namespace {

template <class T>
void blend(Array& average, const Array& value, double share) {
  const auto n = static_cast<std::size_t>(average.size());
  T* a = average.mutable_data<T>();
  const T* p = value.data<T>();
  for (std::size_t i = 0; i < n; ++i) a[i] += static_cast<T>(share) * (p[i] - a[i]);
}

}  // namespace

MovingAverage::MovingAverage(const nn::Module& module, double decay) : decay_(decay), values_(module.state_dict()) {
  if (!(decay >= 0.0 && decay < 1.0)) {
    throw ValueError("[MovingAverage] decay is " + std::to_string(decay) + ", but must be in [0, 1)");
  }
  for (auto& [name, value] : values_) value = value.clone();
}

void MovingAverage::update(const nn::Module& module) {
  ++updates_;
  const auto n = static_cast<double>(updates_);
  const double share = 1.0 - std::min(decay_, (1.0 + n) / (10.0 + n));
  const StateDict now = module.state_dict();
  for (std::size_t i = 0; i < values_.size(); ++i) {
    Array& average = values_[i].second;
    const Array& value = now[i].second;
    switch (value.dtype()) {
      case DType::float32:
        blend<float>(average, value, share);
        break;
      case DType::float64:
        blend<double>(average, value, share);
        break;
      case DType::int64:
        average = value.clone();  // a counter has no mean
        break;
    }
  }
}

void MovingAverage::load(const StateDict& values, std::int64_t updates) {
  const auto same_kind = [](const auto& a, const auto& b) {
    return a.first == b.first && a.second.shape() == b.second.shape() && a.second.dtype() == b.second.dtype();
  };
  if (!std::equal(values.begin(), values.end(), values_.begin(), values_.end(), same_kind)) {
    throw ValueError("[MovingAverage] the saved averages are of another module");
  }
  values_ = values;
  updates_ = updates;
}

}  // namespace xgrad::models
