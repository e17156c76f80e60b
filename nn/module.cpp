// SPDX-License-Identifier: BSD-3-Clause
// Module: the registry, its walks, and the strict loading of a state.
#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include <xgrad/autograd/compile/lifetime.h>
#include <xgrad/autograd/error.h>
#include <xgrad/autograd/node.h>
#include <xgrad/autograd/profiler.h>
#include <xgrad/nn/module.h>

namespace xgrad::nn {

namespace {

std::string join(const std::string& prefix, const std::string& name) {
  return prefix.empty() ? name : prefix + "." + name;
}

/// Visits a module and its descendants in order, each with its dotted name. A shared module is visited under each of
/// its names.
template <class M, class Children, class Visit>
void walk(M& module, const std::string& prefix, const Children& children, const Visit& visit) {
  visit(module, prefix);
  for (const auto& [name, child] : children(module)) walk<M>(*child, join(prefix, name), children, visit);
}

/// Converts a leaf's value where it is, so that every handle to it follows. The leaf gets a new node: graphs recorded
/// with the old dtype must not deliver gradients of that dtype here.
void convert(const Variable& v, DType dtype) {
  if (v.dtype() == dtype || !is_floating(v.dtype())) return;
  const Variable gradient = v.grad();
  xgrad::detail::VariableImpl& impl = *xgrad::detail::Access::impl(v);
  Array value = v.array().astype(dtype);
  intrusive_ptr<xgrad::detail::LeafNode> node;
  if (impl.node) node = xgrad::detail::LeafNode::make(value);
  impl.value = std::move(value);
  impl.set_leaf(std::move(node));
  if (gradient.defined()) Variable(v).set_grad(Variable(gradient.array().astype(dtype)));
}

void append_names(std::string& message, const char* kind, const std::vector<std::string>& names) {
  if (names.empty()) return;
  message += std::string("\n  ") + kind + ": ";
  for (std::size_t i = 0; i < names.size(); ++i) message += (i > 0 ? ", " : "") + names[i];
}

}  // namespace

Module::~Module() {
  if (xgrad::detail::recorder) [[unlikely]]
    xgrad::detail::record_end_of(&training_);
}

Variable Module::forward(const Variable&) {
  throw GraphError("[" + describe() + "] has no forward of one input; call its own functions or override forward");
}

Variable Module::profiled_forward(const Variable& x) {
  const ProfileScope scope(describe());
  return forward(x);
}

void Module::check_name(const std::string& name) const {
  const auto taken = [&](const auto& entries) {
    return std::any_of(entries.begin(), entries.end(), [&](const auto& e) { return e.first == name; });
  };
  if (name.empty() || name.find('.') != std::string::npos) {
    throw ValueError("[Module] the name '" + name + "' must not be empty or contain a dot");
  }
  if (taken(parameters_) || taken(buffers_) || taken(generators_) || taken(children_)) {
    throw ValueError("[Module] the name '" + name + "' is registered already");
  }
}

Variable Module::register_parameter(const std::string& name, Variable value) {
  check_name(name);
  if (!value.defined()) return value;
  if (!value.is_leaf()) {
    throw GraphError("[Module] the parameter '" + name + "' was computed by " + std::string(value.op_name()) +
                     " and could not be trained; register its inputs, or detach() it");
  }
  value.requires_grad_();
  parameters_.emplace_back(name, value);
  return value;
}

void Module::rename_parameter(const std::string& from, const std::string& to) {
  check_name(to);
  const auto found =
      std::find_if(parameters_.begin(), parameters_.end(), [&](const auto& entry) { return entry.first == from; });
  if (found == parameters_.end()) throw ValueError("[" + describe() + "] has no parameter '" + from + "'");
  found->first = to;
}

Variable Module::register_buffer(const std::string& name, Variable value) {
  check_name(name);
  if (!value.defined()) return value;
  value.requires_grad_(false);
  buffers_.emplace_back(name, value);
  return value;
}

std::shared_ptr<Generator> Module::register_generator(const std::string& name, Generator generator) {
  check_name(name);
  return generators_.emplace_back(name, std::make_shared<Generator>(generator)).second;
}

void Module::draw_initial(Generator& generator, Variables values, std::function<void(Generator&)> draw,
                          std::shared_ptr<Generator> stream) {
  const Generator::State before = generator.state();
  draw(generator);
  initial_draws_.push_back(
      {generator.identity(), before, generator.state(), std::move(values), std::move(stream), std::move(draw)});
}

void Module::derive_initial(const Variables& values, const std::function<void()>& derive) {
  if (initial_draws_.empty()) return;
  detail::InitialDraw& last = initial_draws_.back();
  last.values.insert(last.values.end(), values.begin(), values.end());
  last.draw = [draw = std::move(last.draw), derive](Generator& g) {
    draw(g);
    derive();
  };
}

void Module::draw_in_order() {
  std::vector<std::vector<detail::InitialDraw*>> arguments;
  for (const auto& [name, child] : children_) {
    auto& draws = arguments.emplace_back();
    for (const auto& [path, module] : child->named_modules()) {
      for (detail::InitialDraw& d : module->initial_draws_) draws.push_back(&d);
    }
  }
  detail::draw_in_order(arguments);
}

void Module::add_child(const std::string& name, std::shared_ptr<Module> module) {
  check_name(name);
  if (!module) throw ValueError("[Module] the submodule '" + name + "' is null");
  for (const auto& [path, inner] : module->named_modules()) {
    if (inner == this)
      throw ValueError("[Module] the submodule '" + name + "' would hold the module that takes it over");
  }
  children_.emplace_back(name, std::move(module));
}

Named<Module*> Module::named_modules() {
  Named<Module*> found;
  walk(
      *this, "", [](Module & m) -> auto& { return m.children_; },
      [&](Module& m, const std::string& name) { found.emplace_back(name, &m); });
  return found;
}

Named<const Module*> Module::named_modules() const {
  Named<const Module*> found;
  walk(
      *this, "", [](const Module& m) -> auto& { return m.children_; },
      [&](const Module& m, const std::string& name) { found.emplace_back(name, &m); });
  return found;
}

namespace {

/// The entries of one registry over a whole tree, each Variable once.
template <class Registry>
Named<Variable> collect(const Module& root, const Registry& registry) {
  Named<Variable> found;
  std::unordered_set<const void*> seen;
  for (const auto& [prefix, module] : root.named_modules()) {
    for (const auto& [name, value] : registry(*module)) {
      if (seen.insert(xgrad::detail::Access::impl(value)).second) found.emplace_back(join(prefix, name), value);
    }
  }
  return found;
}

Variables without_names(const Named<Variable>& named) {
  Variables values;
  values.reserve(named.size());
  for (const auto& [name, value] : named) values.push_back(value);
  return values;
}

}  // namespace

Named<Variable> Module::named_parameters() const {
  return collect(
      *this, [](const Module& m) -> auto& { return m.parameters_; });
}

Named<Variable> Module::named_buffers() const {
  return collect(
      *this, [](const Module& m) -> auto& { return m.buffers_; });
}

Variables Module::parameters() const { return without_names(named_parameters()); }
Variables Module::buffers() const { return without_names(named_buffers()); }

Named<std::shared_ptr<Generator>> Module::named_generators() const {
  Named<std::shared_ptr<Generator>> found;
  std::unordered_set<const Module*> seen;
  for (const auto& [prefix, module] : named_modules()) {
    if (!seen.insert(module).second) continue;
    for (const auto& [name, generator] : module->generators_) found.emplace_back(join(prefix, name), generator);
  }
  return found;
}

std::int64_t Module::n_parameters() const {
  std::int64_t n = 0;
  for (const Variable& p : parameters()) n += p.size();
  return n;
}

Module& Module::train(bool on) {
  if (xgrad::detail::runs_again()) return *this;
  for (const auto& [name, module] : named_modules()) module->training_ = on;
  return *this;
}

void Module::zero_grad() {
  for (Variable& p : parameters()) p.zero_grad();
}

Module& Module::requires_grad_(bool on) {
  for (Variable& p : parameters()) p.requires_grad_(on);
  return *this;
}

Module& Module::to(DType dtype) {
  if (!is_floating(dtype)) {
    throw DTypeError(std::string("[Module::to] parameters are float32 or float64, not ") + name_of(dtype));
  }
  for (const Variable& p : parameters()) convert(p, dtype);
  for (const Variable& b : buffers()) convert(b, dtype);
  return *this;
}

Named<Variable> Module::entries() const {
  Named<Variable> found;
  for (const auto& [prefix, module] : named_modules()) {
    for (const auto& [name, value] : module->parameters_) found.emplace_back(join(prefix, name), value);
    for (const auto& [name, value] : module->buffers_) found.emplace_back(join(prefix, name), value);
  }
  return found;
}

StateDict Module::state_dict() const {
  StateDict state;
  for (const auto& [name, value] : entries()) state.emplace_back(name, value.array());
  return state;
}

LoadReport Module::load_state_dict(const StateDict& state, bool strict) {
  const Named<Variable> own = entries();
  LoadReport report;
  std::vector<std::string> misshaped;
  std::vector<std::string> repeated;

  std::unordered_map<std::string, const Array*> given;
  for (const auto& [name, value] : state) {
    if (!given.emplace(name, &value).second) repeated.push_back(name);
  }
  Named<Variable> matched;
  std::vector<Array> values;
  for (const auto& [name, variable] : own) {
    const auto found = given.find(name);
    if (found == given.end()) {
      report.missing.push_back(name);
      continue;
    }
    const Array& value = *found->second;
    given.erase(found);
    if (!value.defined() || !(value.shape() == variable.shape())) {
      misshaped.push_back(name + " is " + to_string(variable.shape()) + " here but " +
                          (value.defined() ? to_string(value.shape()) : "undefined") + " in the state");
    } else if (is_floating(value.dtype()) != is_floating(variable.dtype())) {
      misshaped.push_back(name + " is " + name_of(variable.dtype()) + " here but " + name_of(value.dtype()) +
                          " in the state");
    } else {
      matched.emplace_back(name, variable);
      values.push_back(value.astype(variable.dtype()));
    }
  }
  for (const auto& [name, value] : state) {
    if (given.erase(name) > 0) report.unexpected.push_back(name);
  }

  std::string problems;
  if (strict) append_names(problems, "missing", report.missing);
  if (strict) append_names(problems, "unexpected", report.unexpected);
  append_names(problems, "repeated", repeated);
  append_names(problems, "mis-shaped", misshaped);
  if (!problems.empty()) {
    throw ValueError("[load_state_dict] the state does not fit " + describe() + ":" + problems +
                     (strict ? "\n  (strict = false only reports missing and unexpected names)" : ""));
  }
  for (std::size_t i = 0; i < matched.size(); ++i) matched[i].second.set_array(std::move(values[i]));
  return report;
}

bool Module::mixes_samples() const {
  return std::any_of(children_.begin(), children_.end(), [](const auto& c) { return c.second->mixes_samples(); });
}

std::string to_string(const Module& module) {
  std::string text;
  for (const auto& [name, m] : module.named_modules()) {
    const auto depth = name.empty() ? 0 : 1 + static_cast<std::size_t>(std::count(name.begin(), name.end(), '.'));
    if (!text.empty()) text += '\n';
    text += std::string(2 * depth, ' ');
    if (depth > 0) text += name.substr(name.rfind('.') + 1) + ": ";
    text += m->describe();
  }
  return text;
}

}  // namespace xgrad::nn
