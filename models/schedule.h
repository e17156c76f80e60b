// SPDX-License-Identifier: BSD-3-Clause
// Schedule: in what order the two players move, and in which rounds a pairing joins their losses.
#pragma once

#include <cstdint>
#include <string>

namespace xgrad::models {

/// Rounds with the preset's pairing, then rounds without, and again from the start.
struct Phases {
  int paired = 1;
  int standard = 0;

  /// Whether the round of that number, from 0, is one with the pairing.
  constexpr bool pairs(std::int64_t round) const noexcept { return round % (paired + standard) < paired; }
};

/// For Schedule::accumulate: as many batches as make an epoch. Whoever knows the data puts their number in its place
/// before a trainer sees it.
inline constexpr int whole_epoch = 0;

/// One round: `d_steps` updates of the discriminator, each on fresh batches, then one of the generator.
struct Schedule {
  int d_steps = 1;
  /// Batches to an update, of whose gradients the mean is taken: that of one batch as large as all of them together
  /// where samples do not see each other, in the memory of one.
  int accumulate = 1;
  /// Both players move from the same parameters; otherwise the generator meets the updated discriminator.
  bool simultaneous = false;
  Phases phases = {};
};

constexpr Schedule alternating() { return {}; }
/// A critic that is kept ahead of the generator (Arjovsky et al., 2017).
constexpr Schedule n_critic(int n) { return {.d_steps = n}; }
/// One update of each player from k batches, or from a whole epoch.
constexpr Schedule simultaneous(int k = 1) { return {.accumulate = k, .simultaneous = true}; }

/// In one line, for people.
std::string to_string(const Schedule& schedule);

}  // namespace xgrad::models
