// SPDX-License-Identifier: BSD-3-Clause
// The seam between what computes and the recorder of xgrad::compile: who reads or writes memory outside an op tells it
// here. Every entry costs one branch while nothing is recorded.
#pragma once

#include <functional>
#include <span>

#include <xgrad/autograd/variable.h>

namespace xgrad {

class Generator;

namespace kernels {
struct Elementwise;
}

namespace detail {

class Buffer;
class LeafNode;

/// While it lives, the recorder looks away: what is done inside is recorded as a whole, or not at all.
class PauseRecording {
 public:
  PauseRecording() noexcept {
    if (recorder) [[unlikely]]
      count(1);
  }
  ~PauseRecording() {
    if (recorder) [[unlikely]]
      count(-1);
  }
  PauseRecording(const PauseRecording&) = delete;
  PauseRecording& operator=(const PauseRecording&) = delete;

 private:
  static void count(int change) noexcept;
};

/// Work that a replay does again, on the memory of the replay. It must not keep the arrays it is given.
using Reads = std::span<const Variable* const>;
using Work = std::function<void(Reads reads, std::span<Array* const> out)>;

/// Runs an op's kernel on fresh memory and records it.
Array record_op(const char* name, const Work& work, Reads reads, const Shape& shape, DType dtype);
/// Of the op recorded last.
void record_elementwise(const kernels::Elementwise& f);
/// Fills fresh memory from a generator, at each replay from where it then stands. `fill` is given the generator;
/// `p`, `q` tell draws of the same name apart.
Array record_draw(const char* name, Generator& generator, double p, double q, const Shape& shape, DType dtype,
                  std::function<void(Array& out)> fill);
/// Does `work` and records it, with the Variables that it changes.
void record_work(const char* name, const Work& work, Reads reads, std::span<const Variable> writes);
void record_constant(const Array& value);
/// `to` holds what `from` does, perhaps in another dtype.
void record_conversion(const Array& from, const Array& to);
/// The Variable's value has been replaced.
void record_assignment(const Variable& v);
/// The leaf's gradient has been replaced or dropped.
void record_gradient(LeafNode& leaf);
/// The leaf's gradient is about to be added to. @throws CompileError unless it is the step's own.
void record_accumulation(LeafNode& leaf);
void check_own_gradient(const LeafNode& leaf);
/// The step goes this way because `flag` is what it is; a replay must find it so.
void record_flag(const bool& flag);

void note_made(Buffer* buffer);
void note_freed(const Buffer* buffer) noexcept;
/// @throws CompileError unless the recorder looks away: a replay would not do that again.
void refuse_on_host(const char* what);

/// Does `work(reads)` now and, when a step is being recorded, at each of its replays. It may change `writes` and its
/// own state, nothing else that the step reads, and must not keep the arrays.
template <class F>
void perform(const char* name, Reads reads, std::span<const Variable> writes, const F& work) {
  if (!recorder) [[likely]] {
    work(reads);
    return;
  }
  record_work(
      name, [work](Reads in, std::span<Array* const>) { work(in); }, reads, writes);
}

}  // namespace detail
}  // namespace xgrad
