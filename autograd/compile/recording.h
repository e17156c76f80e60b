// SPDX-License-Identifier: BSD-3-Clause
// The seam between what computes and the recorder of xgrad::compile: who reads or writes memory outside an op tells it
// here. Every entry costs one branch while nothing is recorded.
#pragma once

#include <functional>
#include <span>

#include <xgrad/autograd/array_watch.h>
#include <xgrad/autograd/variable.h>

namespace xgrad {

class Generator;

namespace kernels {
struct Elementwise;
}

namespace detail {

class LeafNode;

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
/// The generator is about to go; no replay would find it.
void record_end_of(const Generator& generator) noexcept;
/// Does `work` and records it, with the Variables that it changes.
void record_work(const char* name, const Work& work, Reads reads, std::span<const Variable> writes);
/// The Variable's value has been replaced.
void record_assignment(const Variable& v);
/// The leaf's gradient has been replaced or dropped.
void record_gradient(LeafNode& leaf);
/// The leaf's gradient is about to be added to. @throws CompileError unless it is the step's own.
void record_accumulation(LeafNode& leaf);
void check_own_gradient(const LeafNode& leaf);
/// The step goes this way because `flag` is what it is; a replay must find it so.
void record_flag(const bool& flag);

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
