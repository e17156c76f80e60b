// SPDX-License-Identifier: BSD-3-Clause
// Asks the scheduler for the mask, and /proc and /sys for the quota.
#include <xgrad/autograd/processors.h>

#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fstream>
#include <limits>
#include <thread>
#include <utility>
#include <vector>

#include <xgrad/autograd/text.h>

namespace xgrad::detail {

namespace {

/// 0 where the scheduler does not say.
int processors_of_mask() {
  // A mask shorter than the kernel's own is refused.
  for (std::size_t sets = 1; sets <= 64; sets *= 2) {
    std::vector<cpu_set_t> mask(sets);
    const std::size_t size = sets * sizeof(cpu_set_t);
    if (sched_getaffinity(0, size, mask.data()) == 0) return CPU_COUNT_S(size, mask.data());
  }
  return 0;
}

std::string first_line(const std::string& file) {
  std::ifstream in(file);
  std::string line;
  std::getline(in, line);
  return line;
}

std::optional<double> number(std::string_view text) {
  long long value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || value <= 0) return std::nullopt;  // "max", -1, or no such file
  return static_cast<double>(value);
}

std::optional<double> quota_of_folder(const std::string& folder) {
  if (const std::string line = first_line(folder + "/cpu.max"); !line.empty()) {
    const std::size_t blank = line.find(' ');
    const auto quota = number(line);
    const auto period = blank == std::string::npos ? 100000.0 : number(std::string_view(line).substr(blank + 1));
    return quota && period ? std::optional(*quota / *period) : std::nullopt;
  }
  const auto quota = number(first_line(folder + "/cpu.cfs_quota_us"));
  const auto period = number(first_line(folder + "/cpu.cfs_period_us"));
  return quota && period ? std::optional(*quota / *period) : std::nullopt;
}

/// Whether a list as "cpu,cpuacct" has "cpu".
bool has_cpu(std::string_view controllers) {
  while (!controllers.empty()) {
    const std::size_t comma = std::min(controllers.find(','), controllers.size());
    if (controllers.substr(0, comma) == "cpu") return true;
    controllers.remove_prefix(std::min(comma + 1, controllers.size()));
  }
  return false;
}

}  // namespace

std::optional<double> processor_quota(const std::string& root) {
  double least = std::numeric_limits<double>::infinity();
  std::ifstream groups(root + "/proc/self/cgroup");
  // number:controllers:path; version 2 has number 0 and no controllers.
  for (std::string line; std::getline(groups, line);) {
    const std::size_t first = line.find(':');
    const std::size_t second = first == std::string::npos ? first : line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    if (!controllers.empty() && !has_cpu(controllers)) continue;
    for (const std::string& mount : {std::string(), "/" + controllers, std::string("/cpu"), std::string("/cpu,cpuacct"),
                                     std::string("/unified")}) {
      const std::string top = root + "/sys/fs/cgroup" + mount;
      // In a container the path may be the host's, of which only the top is there.
      for (std::string path = line.substr(second + 1);;) {
        if (const auto quota = quota_of_folder(top + path)) least = std::min(least, *quota);
        const std::size_t slash = path.rfind('/');
        if (slash == std::string::npos) break;
        path.resize(slash);
      }
    }
  }
  return std::isfinite(least) ? std::optional(least) : std::nullopt;
}

UsableProcessors usable_processors() {
  const long present = sysconf(_SC_NPROCESSORS_ONLN);
  int usable = processors_of_mask();
  if (usable < 1) usable = static_cast<int>(std::thread::hardware_concurrency());
  std::string why = "the machine's cores";
  if (usable < present) why = "the affinity mask, of " + std::to_string(present) + " cores";
  if (const auto quota = processor_quota(); quota && std::ceil(*quota) < usable) {
    usable = static_cast<int>(std::ceil(*quota));
    why = "the control groups' quota, " + text_of(*quota) + " cores";
  }
  return {std::max(usable, 1), std::move(why)};
}

std::optional<int> threads_of(std::string_view text, int most) {
  text = text.substr(0, text.find(','));
  const auto blank = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  if (text.empty() || text.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
  int threads = 0;
  if (std::from_chars(text.data(), text.data() + text.size(), threads).ec != std::errc()) return most;
  return threads < 1 ? std::nullopt : std::optional(std::min(threads, most));
}

}  // namespace xgrad::detail
