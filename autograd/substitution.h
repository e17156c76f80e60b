// SPDX-License-Identifier: BSD-3-Clause
// SubstitutionGuard: for a while, leaves stand for other values, so that code written over them becomes a function.
#pragma once

#include <xgrad/autograd/variable.h>

namespace xgrad {

/// While it lives, every handle to leaves[i] reads values[i], history included; afterwards all is as before. A network
/// that reads its own parameters thus becomes a function of them, differentiable at any values:
///
///   auto loss = [&](const Variables& w) { SubstitutionGuard guard(net.parameters(), w); return mse_loss(net(x), y); };
///
/// Guards nest. Values that the code itself writes meanwhile (a batch norm's running statistics) stay written.
/// @throws GraphError when an entry of `leaves` is no leaf; ValueError when the numbers differ; ShapeError or
/// DTypeError
///         when a value does not match its leaf; nothing is substituted then.
class SubstitutionGuard {
 public:
  SubstitutionGuard(Variables leaves, const Variables& values);
  ~SubstitutionGuard();
  SubstitutionGuard(const SubstitutionGuard&) = delete;
  SubstitutionGuard& operator=(const SubstitutionGuard&) = delete;

  /// Visits what this thread's living guards substitute, the last guard first: each leaf, and a Variable that holds
  /// what the leaf held before. Internal to checkpoint.
  template <class Visit>
  static void each(const Visit& visit) {
    for (const SubstitutionGuard* g = last_; g != nullptr; g = g->outer_) {
      for (std::size_t i = g->leaves_.size(); i-- > 0;) visit(g->leaves_[i], g->held_[i]);
    }
  }

 private:
  void exchange(std::size_t i) noexcept;

  static inline thread_local SubstitutionGuard* last_ = nullptr;

  SubstitutionGuard* outer_ = nullptr;
  Variables leaves_;
  Variables held_;  ///< what the leaves do not hold at the moment
};

}  // namespace xgrad
