// SPDX-License-Identifier: BSD-3-Clause
// What xgrad and its peers share to be timed alike: flags, threads, warm-up, statistics and the JSON line.
#pragma once

#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace bench {

struct Options {
  std::string workload;
  int threads = 1;
  double min_seconds = 2;
  std::int64_t size = 64;          ///< of the workloads that have one
  std::vector<std::string> flags;  ///< those of the peer's that were given
  bool has(const std::string& flag) const { return std::find(flags.begin(), flags.end(), flag) != flags.end(); }
};

/// What one workload measured.
struct Record {
  std::vector<double> milliseconds;  ///< of each timed step
  double page_faults_per_step = 0;   ///< minor faults, taken while the timed steps ran
  std::optional<double> system_requests_per_step;
  std::vector<double> check0, check9;                ///< the results of steps 0 and 9
  std::vector<std::pair<std::string, double>> more;  ///< what else this measurement tells
};

/// One training step or function evaluation, over and over. `step` yields tensors that could be read; `check` reads
/// them into the numbers that prove the work, outside the timing.
template <class Tensor>
struct Workload {
  std::function<std::vector<Tensor>()> step;
  std::function<std::vector<double>(const std::vector<Tensor>&)> check = [](const std::vector<Tensor>& results) {
    std::vector<double> numbers;
    for (const Tensor& t : results) numbers.push_back(t.template item<double>());
    return numbers;
  };
};

/// Counts requests a framework's allocator makes to the system; none where the framework cannot tell.
using RequestCounter = std::function<std::int64_t()>;

inline double now_ms() {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

inline std::int64_t minor_faults() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_minflt;
}

/// How long a measurement is at least.
struct Effort {
  std::size_t warm_up_steps = 10;
  double warm_up_ms = 500;
  std::size_t timed_steps = 30;
};

/// The memory of the process at its greatest.
double peak_rss_mb();

/// Warms up, then times at least the steps of `effort` and min_seconds (or as many as the record holds).
template <class Tensor>
Record measure(const Workload<Tensor>& workload, const Options& options, const RequestCounter& system_requests,
               const Effort& effort = {}) {
  constexpr std::size_t capacity = 1 << 15;
  Record record;
  const double start = now_ms();
  for (std::size_t k = 0; k < effort.warm_up_steps || now_ms() - start < effort.warm_up_ms; ++k) {
    const std::vector<Tensor> results = workload.step();
    if (k == 0) record.check0 = workload.check(results);
    if (k == 9) record.check9 = workload.check(results);
  }

  std::vector<double> times(capacity);  // touched now, so that the record itself takes no page faults below
  std::size_t n = 0;
  const std::int64_t requests = system_requests ? system_requests() : 0;
  const std::int64_t faults = minor_faults();
  const double end = now_ms() + 1000 * options.min_seconds;
  for (double before = now_ms(); n < capacity && (n < effort.timed_steps || before < end); ++n) {
    workload.step();
    const double after = now_ms();
    times[n] = after - before;
    before = after;
  }
  const double steps = static_cast<double>(n);
  record.page_faults_per_step = static_cast<double>(minor_faults() - faults) / steps;
  if (system_requests) record.system_requests_per_step = static_cast<double>(system_requests() - requests) / steps;
  times.resize(n);
  record.milliseconds = std::move(times);
  return record;
}

/// A framework's side of the comparison.
struct Peer {
  std::string name;
  std::vector<std::string> workloads;  ///< in the order in which they run when none is named
  std::function<Record(const Options&)> run;
  std::function<void(int)> set_threads;
  bool has_sizes = false;                                       ///< takes --size
  std::vector<std::pair<std::string, std::string>> flags = {};  ///< name and help of those only this peer knows
};

/// The whole program: reads the flags, re-executes itself with OMP_NUM_THREADS and OPENBLAS_NUM_THREADS set before the
/// libraries look at them, runs one workload and prints its JSON line; or each of them in a process of its own.
int program(int argc, char** argv, const Peer& peer);

}  // namespace bench
