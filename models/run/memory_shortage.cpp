// SPDX-License-Identifier: BSD-3-Clause
// Asks the system for its limits.
#include <xgrad/models/run/memory_shortage.h>

#include <sys/resource.h>
#include <unistd.h>

#include <cstring>
#include <fstream>

namespace xgrad::models {

std::string describe_shortage(const std::bad_alloc& error) {
  if (std::strstr(error.what(), "bad_alloc") == nullptr) return error.what();
  constexpr std::size_t mebi = std::size_t{1} << 20;
  std::size_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  const std::size_t taken = pages * static_cast<std::size_t>(sysconf(_SC_PAGESIZE)) / mebi;
  std::string text = "there is not enough memory for that: more is needed than the " + std::to_string(taken) +
                     " MiB of address space that are taken";
  rlimit limit{};
  if (getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY) {
    text += ", of the " + std::to_string(static_cast<std::size_t>(limit.rlim_cur) / mebi) + " MiB allowed (ulimit -v)";
  }
  return text + "; ask for less at a time";
}

}  // namespace xgrad::models
