// SPDX-License-Identifier: BSD-3-Clause
// How many threads run at once for this process, which may be fewer than the machine has cores.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace xgrad::detail {

struct UsableProcessors {
  int count;        ///< at least 1
  std::string why;  ///< what set it: the machine's cores, the affinity mask, the control groups' quota
};
/// Cores that this process may use: those of its affinity mask (taskset, a container's cpuset, a batch system), and no
/// more than the time that its control groups allow it, rounded up.
UsableProcessors usable_processors();

/// Cores' worth of time that the control groups (version 2 or 1) of this process and those above them allow it.
/// `root` stands before /proc and /sys.
std::optional<double> processor_quota(const std::string& root = "");

/// What XGRAD_NUM_THREADS or OMP_NUM_THREADS says: the first number of a list as OpenMP has it, at least 1, decimal.
/// Nothing for any other text, which is as if it were not set.
std::optional<int> threads_of(std::string_view text, int most);

}  // namespace xgrad::detail
