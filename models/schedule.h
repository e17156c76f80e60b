// SPDX-License-Identifier: BSD-3-Clause
// Schedule: in what order the two players move.
#pragma once

namespace xgrad::models {

/// One round: `d_steps` updates of the discriminator, each on fresh batches, then one of the generator.
struct Schedule {
  int d_steps = 1;
  /// Batches to an update, of whose gradients the mean is taken: that of one batch as large as all of them together
  /// where samples do not see each other, in the memory of one.
  int accumulate = 1;
  /// Both players move from the same parameters; otherwise the generator meets the updated discriminator.
  bool simultaneous = false;
};

constexpr Schedule alternating() { return {}; }
/// A critic that is kept ahead of the generator (Arjovsky et al., 2017).
constexpr Schedule n_critic(int n) { return {.d_steps = n}; }
constexpr Schedule simultaneous() { return {.simultaneous = true}; }

}  // namespace xgrad::models
