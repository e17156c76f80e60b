// SPDX-License-Identifier: BSD-3-Clause
// The seam's functions: each tells the thread's recorder, unless it pauses.
#include <xgrad/autograd/compile/recording.h>

#include <functional>
#include <utility>

#include <xgrad/autograd/compile/accumulate.h>
#include <xgrad/autograd/compile/lifetime.h>
#include <xgrad/autograd/compile/number.h>
#include <xgrad/autograd/compile/recorder.h>

namespace xgrad::detail {

void PauseRecording::count(int change) noexcept { recorder->pause(change); }

Array record_op(const char* name, const Work& work, Reads reads, const Shape& shape, DType dtype) {
  if (!recorder->paused()) return recorder->op(name, work, reads, shape, dtype);
  Array out(shape, dtype);
  Array* const outs[] = {&out};
  work(reads, outs);
  return out;
}

void record_elementwise(const kernels::Elementwise& f) {
  if (!recorder->paused()) recorder->elementwise(f);
}

void record_accumulating(const Work& work) {
  if (!recorder->paused()) recorder->accumulating(work);
}

Array record_draw(const char* name, Generator& generator, double p, double q, const Shape& shape, DType dtype,
                  std::function<void(Array&)> fill) {
  if (!recorder->paused()) return recorder->draw(name, generator, p, q, shape, dtype, std::move(fill));
  Array out(shape, dtype);
  fill(out);
  return out;
}

void record_end_of(const Generator& generator) noexcept { recorder->end_of(generator); }

void record_work(const char* name, const Work& work, Reads reads, std::span<const Variable> writes) {
  recorder->paused() ? work(reads, {}) : recorder->work(name, work, reads, writes);
}

void record_constant(const Array& value) {
  if (!recorder->paused()) recorder->constant(value);
}

void record_conversion(const Array& from, const Array& to) {
  if (!recorder->paused()) recorder->conversion(from, to);
}

void record_assignment(const Variable& v) {
  if (!recorder->paused()) recorder->assignment(v);
}

void record_gradient(LeafNode& leaf) {
  if (!recorder->paused()) recorder->gradient(leaf);
}

void record_accumulation(LeafNode& leaf) {
  if (!recorder->paused()) recorder->check_own(leaf, "backward adds to the gradient");
}

void check_own_gradient(const LeafNode& leaf) {
  if (!recorder->paused()) recorder->check_own(leaf, "the step reads the gradient");
}

void record_flag(const bool& flag) {
  if (!recorder->paused()) recorder->flag(flag);
}

void record_use_of(const void* part) {
  if (!recorder->paused()) recorder->use_of(part);
}

void record_end_of(const void* part) noexcept { recorder->end_of(part); }

void record_number(const double& number) {
  if (!recorder->paused()) recorder->number(number);
}

void note_made(Buffer* buffer) {
  if (!recorder->paused()) recorder->made(buffer);
}

void note_made(const VariableImpl* v) { recorder->made(v); }
void note_freed(const Buffer* buffer) noexcept { recorder->freed(buffer); }
void note_freed(const VariableImpl* v) noexcept { recorder->freed(v); }

void note_read(const Variable& v) {
  if (!recorder->paused()) recorder->read(v);
}

void refuse_on_host(const char* what) {
  if (!recorder->paused()) recorder->refuse(what);
}

}  // namespace xgrad::detail
