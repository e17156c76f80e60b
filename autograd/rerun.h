// SPDX-License-Identifier: BSD-3-Clause
// What a function does besides computing: noted at its first run, seen and done alike at the second. Internal to
// checkpoint; whoever draws, switches or writes asks here. Costs one branch while no checkpoint runs.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include <xgrad/autograd/kernels/philox.h>
#include <xgrad/autograd/variable.h>

namespace xgrad {

class Generator;

namespace detail {

class LeafNode;

/// What a Variable points to: a leaf's can be replaced, by assignment or by a SubstitutionGuard.
struct Content {
  Array value;
  intrusive_ptr<Node> node;
  std::uint32_t output_number = 0;

  static Content of(const Variable& v);
  void put_into(VariableImpl& v) const noexcept;
};

class Run;

/// A leaf without keeping it: what a graph keeps would keep the gradient that reaches the graph.
class WeakLeaf {
 public:
  explicit WeakLeaf(const Variable& v);
  /// Null when no handle is left, or the leaf has been frozen or converted.
  VariableImpl* get() const noexcept;
  /// True when nobody else has a handle.
  bool alone() const noexcept;

 private:
  intrusive_ptr<Node> node_;
  VariableImpl* impl_;
  Variable constant_;  ///< holds no gradient, and so is kept
};

/// What a function did and found at its first run.
struct Journal {
  struct Draw {
    kernels::PhiloxState at;
    std::int64_t n;
    DType dtype;
  };
  std::vector<Draw> draws;
  std::vector<bool> modes;                            ///< whether modules were in training
  std::vector<std::pair<WeakLeaf, Content>> written;  ///< what leaves held before the function wrote them
  std::vector<std::pair<WeakLeaf, Content>> substituted;
};

/// One run of a checkpoint's function on this thread, the first or a later one. Runs nest: a draw or a mode that an
/// outer second run knows from its journal is noted by the first runs inside of it.
class Run {
 public:
  /// The first: fills the journal.
  explicit Run(Journal* journal);
  /// A later one: finds leaves as they were then, and leaves all as it is.
  explicit Run(const Journal& journal);
  ~Run();
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  static kernels::PhiloxState take(kernels::PhiloxState& stream, std::int64_t n, DType dtype);
  static bool mode(bool now);
  static void writing(const Variable& v);
  static void reseeding(Generator& generator);
  static void end_of(const Generator& generator) noexcept;

  /// The innermost run that is not the first, or null.
  static Run* again() noexcept;
  /// True for what was there before the run.
  bool precedes(const Node& node) const noexcept;

 private:
  friend class WeakLeaf;
  void keep(VariableImpl& v);

  Run* outer_;
  Journal* notes_ = nullptr;        ///< of a first run
  const Journal* known_ = nullptr;  ///< of a later one
  std::size_t drawn_ = 0, asked_ = 0;
  std::uint64_t began_;  ///< creation number that nodes from before stay below
  std::vector<std::pair<Variable, Content>> kept_;
  std::vector<std::pair<Generator*, std::pair<std::uint64_t, std::uint64_t>>> streams_;
};

/// The innermost run of this thread, or null.
inline thread_local Run* run = nullptr;

/// True when a checkpoint's function runs again: what was to happen once has happened.
inline bool runs_again() noexcept { return run != nullptr && Run::again() != nullptr; }

/// What the recorder of xgrad::compile must see of a draw in a later run: that the stream stands where it stood then.
class DrawAgain {
 public:
  DrawAgain(Generator& generator, std::int64_t n, DType dtype);
  ~DrawAgain();
  DrawAgain(const DrawAgain&) = delete;
  DrawAgain& operator=(const DrawAgain&) = delete;

 private:
  Generator* generator_ = nullptr;
  std::uint64_t key_ = 0, offset_ = 0;
  Run* run_ = nullptr;
};

/// @throws GraphError inside of a checkpoint's function: what is asked for would happen twice.
void refuse_in_checkpoint(const char* what, const char* remedy);

}  // namespace detail
}  // namespace xgrad
