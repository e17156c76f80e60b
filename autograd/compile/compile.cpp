// SPDX-License-Identifier: BSD-3-Clause
// compile: which recording fits a call.
#include <xgrad/autograd/compile.h>

#include <vector>

#include <xgrad/autograd/anomaly.h>
#include <xgrad/autograd/compile/passes.h>
#include <xgrad/autograd/compile/program.h>
#include <xgrad/autograd/compile/recorder.h>
#include <xgrad/autograd/grad_mode.h>
#include <xgrad/autograd/memory.h>
#include <xgrad/autograd/rerun.h>

namespace xgrad {

using detail::Access;
using detail::Spec;

namespace {

/// What a recording is for.
struct Signature {
  std::vector<Spec> inputs;
  bool recording;
  friend bool operator==(const Signature&, const Signature&) = default;
};

struct Entry {
  Signature signature;
  std::unique_ptr<detail::Program> program;
  CompileReport report;
};

std::string describe(const Signature& s) {
  std::string text;
  for (const Spec& spec : s.inputs)
    text += (text.empty() ? "" : ", ") + std::string(name_of(spec.dtype)) + to_string(spec.shape);
  return "(" + text + ")" + (s.recording ? "" : " without recording");
}

}  // namespace

struct Compiled::State {
  explicit State(Function f) : function(std::move(f)) {}

  Signature signature_of(const Variables& inputs) const {
    Signature s{{}, grad_enabled()};
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      if (inputs[i].requires_grad()) {
        throw CompileError("[compile] input " + std::to_string(i) +
                           " requires a gradient, but none flows into a compiled step: give it detach()ed, and call "
                           "requires_grad_() on a detached copy inside");
      }
      s.inputs.push_back({inputs[i].shape(), inputs[i].dtype()});
    }
    return s;
  }

  Variables record(Signature signature, const Variables& inputs) {
    // In memory of their own, so that it tells which value an op reads.
    Variables own;
    for (const Variable& x : inputs) own.push_back(Variable(x.array().clone()));
    detail::Record record;
    Variables outputs;
    {
      detail::Recorder recorder(own);
      outputs = recorder.finish(function(own));
      if (recorder.spoilt()) return outputs;
      record = recorder.take();
    }
    CompileReport report{.signature = describe(signature)};
    report.recorded = static_cast<std::int64_t>(record.instructions.size());
    for (const detail::Value& v : record.values) {
      if (v.kind == detail::Value::Kind::computed) report.bytes_recorded += static_cast<std::int64_t>(v.bytes());
    }
    hoist(record);
    fold(record);
    drop_dead(record);
    accumulate(record);
    preserve_old_values(record);
    report.fused = fuse(record);
    shrink_constants(record);
    memory::trim();  // what ran op by op took more blocks than the replays, which live in one of their own, will
    auto program = std::make_unique<detail::Program>(std::move(record));
    report.replayed = static_cast<std::int64_t>(program->n_instructions());
    report.bytes_planned = static_cast<std::int64_t>(program->bytes());
    // A place that is taken holds a recording that no longer applies.
    if (entries.size() >= most_entries) entries.erase(entries.begin());
    entries.push_back({std::move(signature), std::move(program), std::move(report)});
    return outputs;
  }

  static constexpr std::size_t most_entries = 16;

  Function function;
  std::vector<Entry> entries;
};

Compiled::Compiled(Function f) : state_(std::make_unique<State>(std::move(f))) {}
Compiled::~Compiled() = default;
Compiled::Compiled(Compiled&&) noexcept = default;
Compiled& Compiled::operator=(Compiled&&) noexcept = default;

Variables Compiled::operator()(const Variables& inputs) {
  if (!state_) throw CompileError("[compile] the step has been moved from: call the one that it was moved to");
  // Inside of another recording it is a part of that; anomaly mode looks at ops, not at kernels.
  // A checkpoint's function does the same when it runs again, which a replay could not.
  if (detail::recorder || anomaly_enabled() || detail::run) return state_->function(inputs);
  Signature signature = state_->signature_of(inputs);
  for (const Entry& e : state_->entries) {
    if (e.signature == signature && e.program->applies()) return e.program->run(inputs);
  }
  return state_->record(std::move(signature), inputs);
}

std::vector<CompileReport> Compiled::reports() const {
  std::vector<CompileReport> all;
  if (!state_) return all;
  for (const Entry& e : state_->entries) all.push_back(e.report);
  return all;
}

std::string to_string(const CompileReport& r) {
  return "step " + r.signature + ": " + std::to_string(r.recorded) + " pieces of work recorded, " +
         std::to_string(r.replayed) + " replayed (" + std::to_string(r.fused) +
         " element-wise ops inside of others' passes); " + std::to_string(r.bytes_recorded) + " bytes of values in " +
         std::to_string(r.bytes_planned);
}

Compiled compile(Compiled::Function f) { return Compiled(std::move(f)); }

}  // namespace xgrad
