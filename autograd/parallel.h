// SPDX-License-Identifier: BSD-3-Clause
// The one thread pool: kernels and matrix products share it, so that no two pools fight over the cores.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace xgrad {

/// Threads that kernels use: set_num_threads, else XGRAD_NUM_THREADS, else OMP_NUM_THREADS, else the cores that this
/// process may use by its affinity mask and its control groups' quota. A variable that is no whole number from 1 on is
/// as if it were not set. Where the system refuses so many threads, fewer do the work.
int num_threads() noexcept;
/// @throws ValueError unless n is from 1 to 1024.
void set_num_threads(int n);

namespace detail {

/// What set num_threads(), in words: "XGRAD_NUM_THREADS", "the affinity mask, of 64 cores".
std::string threads_why();

/// Type-erased reference to a callable; lives no longer than the call it is passed to.
class RangeFunction {
 public:
  template <class F>
  RangeFunction(const F& f) noexcept
      : object_(&f), call_([](const void* o, std::int64_t b, std::int64_t e) { (*static_cast<const F*>(o))(b, e); }) {}
  void operator()(std::int64_t begin, std::int64_t end) const { call_(object_, begin, end); }

 private:
  const void* object_;
  void (*call_)(const void*, std::int64_t, std::int64_t);
};

/// Calls f(begin, end) over [0, n) in chunks of `grain` (the last may be shorter) whose bounds depend on n and grain
/// only. One chunk, one thread or a call from inside a worker: runs right here. The first exception is rethrown.
void parallel_for(std::int64_t n, std::int64_t grain, RangeFunction f);

}  // namespace detail
}  // namespace xgrad
