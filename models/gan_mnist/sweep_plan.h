// SPDX-License-Identifier: BSD-3-Clause
// SweepPlan: the runs of a sweep, every point of a grid with every seed and every fold.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace xgrad::gan_mnist {

/// Flags of train with their values as they were typed, without the dashes.
using Flags = std::vector<std::pair<std::string, std::string>>;

/// A flag that takes several values.
struct Axis {
  std::string flag;
  std::vector<std::string> values;
};
/// Of "lambda=0.1,1,10". @throws UsageError for another text or a value that is there twice.
Axis parse_axis(const std::string& text);

struct SweepPlan {
  Flags common;
  std::vector<Axis> axes;
  std::uint64_t first_seed = 1;
  int seeds = 1;
  int folds = 0;         ///< 0: the runs train on all there is and are measured against test samples
  double minutes = 0.0;  ///< 0: the length is that of the flags
  std::int64_t number = 0;
  std::string space = {};  ///< where images are compared; by default the data's own
};

/// One run. `fold` counts from 1; 0: none is held out.
struct Job {
  Flags point;
  std::uint64_t seed = 1;
  int fold = 0;

  /// "lambda=0.1 seed=2 fold=3": for people, for folders and to know it again.
  std::string name() const;
};
/// "lambda=0.1 lr=1e-4"
std::string to_string(const Flags& point);

/// All combinations of the axes' values, the last axis fastest.
std::vector<Flags> points(const SweepPlan& plan);
/// All runs: the whole grid once for each fold and seed, so that a part of them compares all points already.
std::vector<Job> jobs(const SweepPlan& plan);

/// What train is called with for this run, but for its folder.
std::vector<std::string> arguments(const SweepPlan& plan, const Job& job);

/// What must be the same for two sweeps' results to be put into one table, as JSON.
std::string identity(const SweepPlan& plan);

}  // namespace xgrad::gan_mnist
