// SPDX-License-Identifier: BSD-3-Clause
// Program: building and replaying.
#include <xgrad/autograd/compile/program.h>

#include <algorithm>
#include <cstring>
#include <iterator>
#include <memory>

#include <xgrad/autograd/compile/borrowed_array.h>
#include <xgrad/autograd/error.h>
#include <xgrad/autograd/grad_mode.h>
#include <xgrad/autograd/naming.h>
#include <xgrad/autograd/watched.h>

namespace xgrad::detail {

namespace {
Array& array_of(const Variable& v) { return Access::impl(v)->value; }
}  // namespace

Program::Program(Record record)
    : record_(std::move(record)), slots_(record_.values.size()), inputs_(record_.n_inputs, -1) {
  std::transform(record_.externals.begin(), record_.externals.end(), std::back_inserter(captured_), kind_of);
  const MemoryPlan plan = plan_memory(record_);
  block_ = named("compile",
                 [&] { return Array(Shape{static_cast<std::int64_t>(plan.bytes / sizeof(double))}, DType::float64); });
  std::vector<std::size_t> begins;
  for (Instruction& i : record_.instructions) {
    Step step{.name = i.name.c_str(), .work = {}, .in = {}, .out = {}, .places = {}, .views = {}, .loop = i.loop};
    for (const Ref& r : i.in) step.in.push_back(operand(r, step));
    for (const ValueId v : i.out) step.out.push_back(&array_of(slot({v, record_.values[at(v)].spec.shape})));
    step.work = std::move(i.work);
    step.places.resize(step.out.size());
    if (step.loop == Loop::begin) begins.push_back(steps_.size());
    if (step.loop == Loop::end) {
      step.partner = begins.back();
      step.most_turns = i.most_turns;
      steps_[step.partner].partner = steps_.size();
      begins.pop_back();
    }
    steps_.push_back(std::move(step));
  }
  for (std::size_t v = 0; v < record_.values.size(); ++v) {
    const Value& value = record_.values[v];
    const auto id = static_cast<ValueId>(v);
    if (value.kind == Value::Kind::input) inputs_[value.index] = id;
    if (value.kind == Value::Kind::constant) aim(id, value.constant.raw());
    if (plan.offset[v] != MemoryPlan::elsewhere) aim(id, static_cast<const char*>(block_.raw()) + plan.offset[v]);
  }
  for (const Ref& r : record_.outputs) {
    if (record_.values[at(r.value)].kind != Value::Kind::computed) continue;
    if (std::find(fresh_.begin(), fresh_.end(), r.value) == fresh_.end()) fresh_.push_back(r.value);
  }
}

Variable& Program::slot(const Ref& ref) {
  auto& of_value = slots_[at(ref.value)];
  for (Variable& v : of_value) {
    if (array_of(v).shape() == ref.shape) return v;
  }
  return of_value.emplace_back(BorrowedArray::make(ref.shape, record_.values[at(ref.value)].spec.dtype));
}

const Variable* Program::operand(const Ref& ref, Step& step) {
  const Value& value = record_.values[at(ref.value)];
  if (value.kind != Value::Kind::external) return &slot(ref);
  const Variable& from = record_.externals[value.index];
  if (ref.shape == value.spec.shape) return &from;
  Variable& view = slot(ref);
  step.views.push_back({&array_of(view), &array_of(from)});
  return &view;
}

void Program::aim(ValueId value, const void* elements) {
  for (Variable& v : slots_[at(value)]) BorrowedArray::aim(array_of(v), elements);
}

bool Program::applies() const noexcept {
  const auto as_then = [](const auto& seen) { return *seen.first == seen.second; };
  return std::all_of(record_.flags.begin(), record_.flags.end(), as_then) &&
         std::all_of(record_.numbers.begin(), record_.numbers.end(), as_then) &&
         std::equal(record_.externals.begin(), record_.externals.end(), captured_.begin(),
                    [](const Variable& now, const Kind& then) { return kind_of(now) == then; });
}

// A kernel may put another array into its place instead of writing to it.
void Program::bring_back(Array& array, const void* place) {
  Array here = BorrowedArray::make(array.shape(), array.dtype());
  BorrowedArray::aim(here, place);
  std::memcpy(here.mutable_raw(), array.raw(), array.nbytes());
  array = std::move(here);
}

void Program::check_externals() const {
  for (const Variable& v : record_.externals) {
    if (Access::impl(v)->use_count() > 1) continue;
    throw CompileError("[compile] a Variable of shape " + to_string(v.shape()) +
                       " that the step captured is gone: nobody but the recording holds it. What changes from call to "
                       "call must be an input of the step");
  }
}

std::size_t Program::after(std::size_t t) {
  Step& step = steps_[t];
  if (step.loop == Loop::none) return t + 1;
  const bool goes_on = step.out[0]->item<double>() != 0.0;
  if (step.loop == Loop::begin) {
    steps_[step.partner].turns = 0;
    return goes_on ? t + 1 : step.partner + 1;
  }
  return goes_on && ++step.turns < step.most_turns ? step.partner + 1 : t + 1;
}

void Program::run_watched(const Step& step) {
  const WatchedOp watched(step.name, step.in);
  step.work(step.in, step.out);
  for (const Array* out : step.out) watched.made(*out, true);
}

Variables Program::run(const Variables& inputs) {
  check_externals();
  const NoGradGuard unrecorded;
  // Held, so that an update of a captured Variable which is an input as well leaves the input as it was given.
  std::vector<Array> given;
  given.reserve(inputs.size());
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    given.push_back(array_of(inputs[i]));
    if (inputs_[i] >= 0) aim(inputs_[i], given.back().raw());
  }
  std::vector<Array> made;
  made.reserve(fresh_.size());
  for (const ValueId v : fresh_) {
    made.emplace_back(record_.values[at(v)].spec.shape, record_.values[at(v)].spec.dtype);
    aim(v, made.back().raw());
  }
  for (std::size_t t = 0; t < steps_.size(); t = after(t)) {
    Step& step = steps_[t];
    for (const View& v : step.views) BorrowedArray::aim(*v.array, v.of->raw());
    for (std::size_t k = 0; k < step.out.size(); ++k) step.places[k] = step.out[k]->raw();
    named(step.name, [&] { watch::on == 0 ? step.work(step.in, step.out) : run_watched(step); });
    for (std::size_t k = 0; k < step.out.size(); ++k) {
      if (step.out[k]->raw() != step.places[k]) [[unlikely]]
        bring_back(*step.out[k], step.places[k]);
    }
  }
  Variables outputs;
  outputs.reserve(record_.outputs.size());
  for (const Ref& r : record_.outputs) {
    const Value& value = record_.values[at(r.value)];
    const Array* from = nullptr;
    if (value.kind == Value::Kind::constant) from = &value.constant;
    if (value.kind == Value::Kind::input) from = &given[value.index];
    if (value.kind == Value::Kind::external) from = &array_of(record_.externals[value.index]);
    if (value.kind == Value::Kind::computed) {
      from = &made[static_cast<std::size_t>(std::find(fresh_.begin(), fresh_.end(), r.value) - fresh_.begin())];
    }
    outputs.push_back(Variable(from->reshape(r.shape)));
  }
  return outputs;
}

}  // namespace xgrad::detail
