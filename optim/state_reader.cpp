// SPDX-License-Identifier: BSD-3-Clause
// Strict reading: what is taken is crossed off, what is left over is unexpected.
#include <xgrad/optim/state_reader.h>

#include <xgrad/autograd/error.h>

namespace xgrad::optim::detail {

StateReader::StateReader(std::string owner, const StateDict& state) : owner_(std::move(owner)), state_(state) {
  for (const auto& [name, value] : state) {
    if (!given_.emplace(name, &value).second) problems_ += "\n  repeated: " + name;
  }
}

Array StateReader::take(const std::string& name, const Shape& shape, DType dtype) {
  const auto found = given_.find(name);
  if (found == given_.end()) {
    problems_ += "\n  missing: " + name;
    return {};
  }
  const Array& value = *found->second;
  given_.erase(found);
  if (value.defined() && value.shape() == shape && value.dtype() == dtype) return value;
  problems_ += "\n  wrong: " + name + " must be " + name_of(dtype) + " " + to_string(shape) + ", not " +
               (value.defined() ? name_of(value.dtype()) + (" " + to_string(value.shape())) : "undefined");
  return {};
}

Variables StateReader::take_like(const std::string& prefix, const Variables& models) {
  Variables out;
  for (std::size_t i = 0; i < models.size(); ++i) {
    const Array value = take(prefix + std::to_string(i), models[i].shape(), models[i].dtype());
    out.push_back(value.defined() ? Variable(value) : Variable());
  }
  return out;
}

std::int64_t StateReader::take_step(const std::string& name) {
  const Array value = take(name, {}, DType::int64);
  const std::int64_t step = value.defined() ? value.item<std::int64_t>() : 1;
  if (step < 1) problems_ += "\n  wrong: " + name + " must be at least 1";
  return step;
}

void StateReader::finish() {
  for (const auto& [name, value] : state_) {
    if (given_.erase(name) > 0) problems_ += "\n  unexpected: " + name;
  }
  if (!problems_.empty()) throw ValueError("[" + owner_ + "] the state does not fit:" + problems_);
}

void append(StateDict& state, const std::string& prefix, const Variables& values) {
  for (std::size_t i = 0; i < values.size(); ++i) state.emplace_back(prefix + std::to_string(i), values[i].array());
}

}  // namespace xgrad::optim::detail
