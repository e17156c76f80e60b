// SPDX-License-Identifier: BSD-3-Clause
// Threads by what the process may use: its mask, its control groups' quota, the variables that say otherwise.
#include <pthread.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <string>
#include <utility>

#include <doctest/doctest.h>

#include <xgrad/autograd/autograd.h>
#include <xgrad/autograd/parallel.h>
#include <xgrad/autograd/processors.h>

#include "sanitized.h"
#include "temporary_folder.h"

using namespace xgrad;

namespace {

/// A root with /proc and /sys of its own.
struct Machine {
  Machine(const std::string& groups, std::initializer_list<std::pair<const char*, const char*>> files) {
    write("/proc/self/cgroup", groups);
    for (const auto& [name, text] : files) write(std::string("/sys/fs/cgroup") + name, text);
  }
  void write(const std::string& name, const std::string& text) const {
    const std::filesystem::path file = folder.path().string() + name;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file) << text;
  }
  double quota() const { return detail::processor_quota(folder.path().string()).value_or(-1.0); }
  tests::TemporaryFolder folder;
};

/// f's exit code in a child of this process.
template <class F>
int in_child(const F& f) {
  const pid_t pid = fork();
  if (pid == 0) _exit(f());
  int status = 0;
  waitpid(pid, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

TEST_CASE("a variable of threads is a whole number from 1 on, or the first of a list, or nothing") {
  using detail::threads_of;
  CHECK(threads_of("3", 1024) == 3);
  CHECK(threads_of(" 3 ", 1024) == 3);
  CHECK(threads_of("04", 1024) == 4);
  CHECK(threads_of("4,2,1", 1024) == 4);
  CHECK(threads_of("1024", 1024) == 1024);
  for (const char* many : {"1025", "99999999999999999999"}) CHECK(threads_of(many, 1024) == 1024);
  for (const char* none : {"", " ", "0", "-1", "+2", "two", "2x", "2.5", "0x4", "1e3", ",2", "2 3", "auto"}) {
    CAPTURE(none);
    CHECK(threads_of(none, 1024) == std::nullopt);
  }
}

TEST_CASE("the quota is the least of a control group and those above it") {
  CHECK(Machine("0::/\n", {{"/cpu.max", "150000 100000\n"}}).quota() == 1.5);
  CHECK(Machine("0::/\n", {{"/cpu.max", "max 100000\n"}}).quota() == -1.0);
  CHECK(Machine("0::/a/b\n", {{"/a/b/cpu.max", "max 100000\n"}, {"/a/cpu.max", "50000 100000\n"}}).quota() == 0.5);
  CHECK(Machine("0::/a/b\n", {{"/a/b/cpu.max", "400000 100000\n"}, {"/a/cpu.max", "600000 100000\n"}}).quota() == 4.0);
  // In a container the host's path is not there.
  CHECK(Machine("0::/../host/path\n", {{"/cpu.max", "300000 100000\n"}}).quota() == 3.0);
  CHECK(Machine("4:memory:/x\n3:cpu,cpuacct:/batch/job\n", {{"/cpu,cpuacct/batch/job/cpu.cfs_quota_us", "200000\n"},
                                                            {"/cpu,cpuacct/batch/job/cpu.cfs_period_us", "100000\n"}})
            .quota() == 2.0);
  CHECK(Machine("3:cpu:/\n", {{"/cpu/cpu.cfs_quota_us", "-1\n"}, {"/cpu/cpu.cfs_period_us", "100000\n"}}).quota() ==
        -1.0);
  CHECK(Machine("", {}).quota() == -1.0);
  CHECK(Machine("nonsense\n0::/\n", {{"/cpu.max", "much\n"}}).quota() == -1.0);
  CHECK(Machine("0::/\n", {{"/cpu.max", "100000 0\n"}}).quota() == -1.0);
}

TEST_CASE("a process that may use one core has one") {
  cpu_set_t mask;
  REQUIRE(sched_getaffinity(0, sizeof mask, &mask) == 0);
  CHECK(detail::usable_processors().count <= CPU_COUNT(&mask));
  CHECK(in_child([&] {
          int core = 0;
          while (!CPU_ISSET(core, &mask)) ++core;
          CPU_ZERO(&mask);
          CPU_SET(core, &mask);
          sched_setaffinity(0, sizeof mask, &mask);
          return detail::usable_processors().count;
        }) == 1);
}

TEST_CASE("where no thread can be started the caller does the work" * doctest::skip(tests::shadowed)) {
  const int threads = num_threads();
  CHECK(in_child([] {
          pthread_attr_t no_room;
          if (pthread_attr_init(&no_room) != 0 || pthread_attr_setstacksize(&no_room, std::size_t{1} << 46) != 0 ||
              pthread_setattr_default_np(&no_room) != 0) {
            return 2;
          }
          set_num_threads(4);
          std::atomic<std::int64_t> total{0};
          for (int round = 0; round < 3; ++round) {
            detail::parallel_for(1000, 10, [&](std::int64_t begin, std::int64_t end) { total += end - begin; });
          }
          return total == 3000 ? 7 : 1;
        }) == 7);
  CHECK(num_threads() == threads);
}
