// SPDX-License-Identifier: BSD-3-Clause
// Optimizer: checking before changing, and the saving of state.
#include <algorithm>
#include <cmath>
#include <sstream>
#include <unordered_map>

#include <xgrad/autograd/error.h>
#include <xgrad/optim/optimizer.h>

namespace xgrad::optim {

Optimizer::Optimizer(std::string name, Variables parameters, double lr, std::vector<std::string> moment_names)
    : name_(std::move(name)), parameters_(std::move(parameters)), lr_(lr), moment_names_(std::move(moment_names)) {
  require(lr >= 0.0 && std::isfinite(lr), "lr", lr, ">= 0");
  if (parameters_.empty()) throw ValueError("[" + name_ + "] got no parameters");
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    const Variable& p = parameters_[i];
    if (!p.is_leaf() || !p.requires_grad()) {
      throw GraphError("[" + name_ + "] parameter " + std::to_string(i) + " is not a leaf that requires a gradient");
    }
    const auto same = [&](const Variable& q) { return q.is_same(p); };
    if (std::any_of(parameters_.begin(), parameters_.begin() + static_cast<std::ptrdiff_t>(i), same)) {
      throw ValueError("[" + name_ + "] parameter " + std::to_string(i) + " is given twice");
    }
  }
  slots_.resize(parameters_.size());
}

void Optimizer::require(bool ok, const char* option, double value, const char* domain) const {
  if (ok) return;
  std::ostringstream s;
  s << "[" << name_ << "] " << option << " must be " << domain << ", not " << value;
  throw ValueError(s.str());
}

void Optimizer::set_lr(double lr) {
  require(lr >= 0.0 && std::isfinite(lr), "lr", lr, ">= 0");
  lr_ = lr;
}

void Optimizer::zero_grad() {
  for (Variable& p : parameters_) p.zero_grad();
}

void Optimizer::step() {
  Variables grads;
  grads.reserve(parameters_.size());
  for (const Variable& p : parameters_) grads.push_back(p.grad());
  step(grads);
}

std::string Optimizer::mismatch(std::size_t i, const std::string& gradient, const std::string& parameter) const {
  return "[" + name_ + "] the gradient of parameter " + std::to_string(i) + " is " + gradient + ", the parameter " +
         parameter;
}

void Optimizer::step(const Variables& grads) {
  if (grads.size() != parameters_.size()) {
    throw ValueError("[" + name_ + "] got " + std::to_string(grads.size()) + " gradients for " +
                     std::to_string(parameters_.size()) + " parameters");
  }
  for (std::size_t i = 0; i < grads.size(); ++i) {
    if (!grads[i].defined()) continue;
    const Array& g = grads[i].array();
    const Array& p = parameters_[i].array();
    if (!(g.shape() == p.shape())) throw ShapeError(mismatch(i, to_string(g.shape()), to_string(p.shape())));
    if (g.dtype() != p.dtype()) throw DTypeError(mismatch(i, name_of(g.dtype()), name_of(p.dtype())));
  }
  apply(grads);
}

void Optimizer::apply(const Variables& grads) {
  // All memory is taken before the first value changes, so that running out of it changes nothing.
  for (std::size_t i = 0; i < grads.size(); ++i) {
    if (!grads[i].defined()) continue;
    Variable& p = parameters_[i];
    Slot& slot = slots_[i];
    p.mutable_array();
    while (slot.moments.size() < moment_names_.size()) slot.moments.push_back(Array::zeros(p.shape(), p.dtype()));
    for (Array& moment : slot.moments) moment.mutable_raw();
  }
  for (std::size_t i = 0; i < grads.size(); ++i) {
    if (!grads[i].defined()) continue;
    ++slots_[i].step;
    update(grads[i].array(), parameters_[i].mutable_array(), slots_[i]);
  }
}

StateDict Optimizer::state_dict() const {
  StateDict state;
  state.emplace_back("lr", Array::scalar(lr_, DType::float64));
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    const Slot& slot = slots_[i];
    if (slot.step == 0) continue;
    const std::string prefix = std::to_string(i) + ".";
    state.emplace_back(prefix + "step", Array::from<std::int64_t>({slot.step}, {}));
    for (std::size_t k = 0; k < moment_names_.size(); ++k)
      state.emplace_back(prefix + moment_names_[k], slot.moments[k]);
  }
  return state;
}

void Optimizer::load_state_dict(const StateDict& state) {
  std::string problems;
  std::unordered_map<std::string, const Array*> given;
  for (const auto& [name, value] : state) {
    if (!given.emplace(name, &value).second) problems += "\n  repeated: " + name;
  }
  // The entry of that name if it is as it must be; a missing one may be allowed.
  const auto take = [&](const std::string& name, const Shape& shape, DType dtype,
                        bool optional = false) -> const Array* {
    const auto found = given.find(name);
    if (found == given.end()) {
      if (!optional) problems += "\n  missing: " + name;
      return nullptr;
    }
    const Array* value = found->second;
    given.erase(found);
    if (value->defined() && value->shape() == shape && value->dtype() == dtype) return value;
    problems += "\n  wrong: " + name + " must be " + name_of(dtype) + " " + to_string(shape) + ", not " +
                (value->defined() ? name_of(value->dtype()) + (" " + to_string(value->shape())) : "undefined");
    return nullptr;
  };

  const Array* lr = take("lr", {}, DType::float64);
  std::vector<Slot> slots(slots_.size());
  for (std::size_t i = 0; i < slots.size(); ++i) {
    const Variable& p = parameters_[i];
    const std::string prefix = std::to_string(i) + ".";
    const Array* step = take(prefix + "step", {}, DType::int64, true);
    if (!step) continue;
    slots[i].step = step->item<std::int64_t>();
    if (slots[i].step < 1) problems += "\n  wrong: " + prefix + "step must be at least 1";
    for (const std::string& name : moment_names_) {
      const Array* moment = take(prefix + name, p.shape(), p.dtype());
      slots[i].moments.push_back(moment ? *moment : Array());
    }
  }
  for (const auto& [name, value] : state) {
    if (given.erase(name) > 0) problems += "\n  unexpected: " + name;
  }
  if (!problems.empty()) throw ValueError("[" + name_ + "] the state does not fit this optimiser:" + problems);
  set_lr(lr->item<double>());
  slots_ = std::move(slots);
}

}  // namespace xgrad::optim
