// SPDX-License-Identifier: BSD-3-Clause
// Optimizer: checking before changing, and the saving of state.
#include <algorithm>
#include <cmath>

#include <xgrad/autograd/compile/lifetime.h>
#include <xgrad/autograd/compile/number.h>
#include <xgrad/autograd/compile/recording.h>
#include <xgrad/autograd/error.h>
#include <xgrad/autograd/profiler.h>
#include <xgrad/autograd/rerun.h>
#include <xgrad/autograd/text.h>
#include <xgrad/optim/optimizer.h>
#include <xgrad/optim/state_reader.h>

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

Optimizer::~Optimizer() {
  if (xgrad::detail::recorder) [[unlikely]]
    xgrad::detail::record_end_of(&lr_);
}

void Optimizer::require(bool ok, const char* option, double value, const char* domain) const {
  if (ok) return;
  throw ValueError("[" + name_ + "] " + option + " must be " + domain + ", not " + xgrad::detail::text_of(value));
}

double Optimizer::lr() const {
  if (xgrad::detail::recorder) xgrad::detail::record_number(lr_);
  return lr_;
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
  xgrad::detail::refuse_in_checkpoint(name_.c_str(), "step outside of it");
  const ProfileScope scope(name_);
  if (grads.size() != parameters_.size()) {
    throw ValueError("[" + name_ + "] got " + std::to_string(grads.size()) + " gradients for " +
                     std::to_string(parameters_.size()) + " parameters");
  }
  std::vector<std::size_t> which;
  std::vector<const Variable*> given;
  for (std::size_t i = 0; i < grads.size(); ++i) {
    if (!grads[i].defined()) continue;
    const Array& g = grads[i].array();
    const Array& p = parameters_[i].array();
    if (!(g.shape() == p.shape())) throw ShapeError(mismatch(i, to_string(g.shape()), to_string(p.shape())));
    if (g.dtype() != p.dtype()) throw DTypeError(mismatch(i, name_of(g.dtype()), name_of(p.dtype())));
    const std::vector<Array>& moments = slots_[i].moments;
    if (!moments.empty() && moments[0].dtype() != p.dtype()) {
      throw DTypeError("[" + name_ + "] the moments of parameter " + std::to_string(i) + " are " +
                       name_of(moments[0].dtype()) + ", the parameter has become " + name_of(p.dtype()) +
                       "; make a new optimiser after Module::to");
    }
    which.push_back(i);
    given.push_back(&grads[i]);
  }
  if (xgrad::detail::recorder) xgrad::detail::record_use_of(&lr_);
  xgrad::detail::perform(name_.c_str(), given, parameters_, [this, which](xgrad::detail::Reads g) { apply(which, g); });
}

void Optimizer::apply(const std::vector<std::size_t>& which, std::span<const Variable* const> grads) {
  // All memory is taken before the first value changes, so that running out of it changes nothing.
  for (const std::size_t i : which) {
    Variable& p = parameters_[i];
    Slot& slot = slots_[i];
    p.mutable_array();
    while (slot.moments.size() < moment_names_.size()) slot.moments.push_back(Array::zeros(p.shape(), p.dtype()));
    for (Array& moment : slot.moments) moment.mutable_raw();
  }
  for (std::size_t k = 0; k < which.size(); ++k) {
    const std::size_t i = which[k];
    ++slots_[i].step;
    update(grads[k]->array(), parameters_[i].mutable_array(), slots_[i]);
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
  detail::StateReader reader(name_, state);
  const Array lr = reader.take("lr", {}, DType::float64);
  std::vector<Slot> slots(slots_.size());
  for (std::size_t i = 0; i < slots.size(); ++i) {
    const Variable& p = parameters_[i];
    const std::string prefix = std::to_string(i) + ".";
    if (!reader.has(prefix + "step")) continue;
    slots[i].step = reader.take_step(prefix + "step");
    for (const std::string& name : moment_names_) {
      slots[i].moments.push_back(reader.take(prefix + name, p.shape(), p.dtype()));
    }
  }
  reader.finish();
  set_lr(lr.item<double>());
  slots_ = std::move(slots);
}

}  // namespace xgrad::optim
