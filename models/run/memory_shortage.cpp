// SPDX-License-Identifier: BSD-3-Clause
// Asks the system for its limits.
#include <xgrad/models/run/memory_shortage.h>

#include <sys/resource.h>
#include <unistd.h>

#include <cstring>
#include <fstream>

namespace xgrad::models {

std::string describe_shortage(const std::bad_alloc& error) {
  constexpr std::size_t mebi = std::size_t{1} << 20;
  const bool nameless = std::strstr(error.what(), "bad_alloc") != nullptr;
  std::string text = nameless ? "there is not enough memory for that" : error.what();
  std::size_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  text += "; " + std::to_string(pages * static_cast<std::size_t>(sysconf(_SC_PAGESIZE)) / mebi) +
          " MiB of address space are in use";
  rlimit limit{};
  if (getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY) {
    text += " of the " + std::to_string(static_cast<std::size_t>(limit.rlim_cur) / mebi) + " MiB that ulimit -v allows";
  }
  return text + "; ask for less at a time";
}

}  // namespace xgrad::models
