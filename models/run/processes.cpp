// SPDX-License-Identifier: BSD-3-Clause
// Children by fork, waited for in the order in which they end.
#include <xgrad/models/run/processes.h>

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <exception>
#include <string>

#include <xgrad/autograd/error.h>
#include <xgrad/autograd/parallel.h>

namespace xgrad::models {

namespace {

// Ends without the parent's exit handlers and buffers.
[[noreturn]] void be_child(const std::function<void(std::size_t)>& work, std::size_t i) {
  int code = 0;
  try {
    set_num_threads(1);
    work(i);
  } catch (const std::exception& e) {
    std::fprintf(stderr, "%s\n", e.what());
    code = 1;
  }
  std::fflush(nullptr);
  _exit(code);
}

/// Whether the child that ended first did so well.
bool wait_for_one() {
  int status = 0;
  while (waitpid(-1, &status, 0) < 0) {
    if (errno != EINTR) throw IoError("[in_processes] cannot wait for a process");
  }
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace

void in_processes(std::size_t n, int jobs, const std::function<void(std::size_t)>& work) {
  if (jobs <= 0) jobs = num_threads();
  bool well = true;
  int running = 0;
  for (std::size_t i = 0; i < n && well; ++i) {
    if (running == jobs) {
      well = wait_for_one();
      --running;
      if (!well) break;
    }
    std::fflush(nullptr);  // or the child would print what is left once more
    const pid_t child = fork();
    if (child == 0) be_child(work, i);
    if (child < 0) {
      while (running-- > 0) wait_for_one();
      throw IoError("[in_processes] cannot start a process");
    }
    ++running;
  }
  while (running-- > 0) well = wait_for_one() && well;
  if (!well) throw Error("[in_processes] a run failed");
}

}  // namespace xgrad::models
