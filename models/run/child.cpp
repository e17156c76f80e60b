// SPDX-License-Identifier: BSD-3-Clause
// fork and exec of /proc/self/exe, and a loop that looks after several.
#include <xgrad/models/run/child.h>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <system_error>
#include <thread>
#include <utility>

#include <xgrad/autograd/error.h>
#include <xgrad/autograd/parallel.h>

namespace xgrad::models {

namespace {

constexpr const char* self = "/proc/self/exe";

// Only calls that are safe between fork and exec. No log: -1.
[[noreturn]] void become(char* const* argv, int log, pid_t parent) {
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (getppid() != parent) _exit(127);  // which died before it could be watched
  const int nothing = open("/dev/null", O_RDONLY);
  if (nothing < 0 || dup2(nothing, 0) < 0) _exit(126);
  if (log >= 0 && (dup2(log, 1) < 0 || dup2(log, 2) < 0)) _exit(126);
  execv(self, argv);
  _exit(127);
}

}  // namespace

Child::Child(std::vector<std::string> arguments, const std::filesystem::path& log) {
  const auto fail = [](const std::string& what) {
    throw IoError("cannot " + what + ": " + std::generic_category().message(errno));
  };
  arguments.insert(arguments.begin(), program_invocation_short_name);
  std::vector<char*> argv;
  for (std::string& a : arguments) argv.push_back(a.data());
  argv.push_back(nullptr);
  const int out = log.empty() ? -1 : open(log.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (out < 0 && !log.empty()) fail("open " + log.string());
  const pid_t parent = getpid();
  pid_ = fork();
  if (pid_ == 0) become(argv.data(), out, parent);
  if (out >= 0) close(out);
  if (pid_ < 0) fail("start a process");
}

Child::Child(Child&& other) noexcept : pid_(std::exchange(other.pid_, 0)) {}

Child& Child::operator=(Child&& other) noexcept {
  std::swap(pid_, other.pid_);
  return *this;
}

Child::~Child() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGKILL);
  while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

void Child::signal(int number) const noexcept {
  if (pid_ > 0) ::kill(pid_, number);
}

std::optional<int> Child::poll() {
  int status = 0;
  if (waitpid(pid_, &status, WNOHANG) <= 0) return std::nullopt;
  pid_ = 0;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void run_children(std::size_t n, int most, const std::function<Child(std::size_t)>& start,
                  const std::function<bool(std::size_t, int)>& ended, const std::function<bool()>& stopping) {
  struct Running {
    std::size_t number;
    Child child;
  };
  const auto places = static_cast<std::size_t>(most > 0 ? most : num_threads());
  std::vector<Running> running;
  std::size_t next = 0;
  bool stopped = false;
  const auto stop = [&] {
    stopped = true;
    for (const Running& r : running) r.child.signal(SIGTERM);
  };
  while (!running.empty() || (!stopped && next < n)) {
    if (!stopped && stopping()) stop();
    for (; !stopped && next < n && running.size() < places; ++next) running.push_back({next, start(next)});
    for (auto at = running.begin(); at != running.end();) {
      const std::optional<int> code = at->child.poll();
      if (!code) {
        ++at;
        continue;
      }
      const std::size_t number = at->number;
      at = running.erase(at);
      if (!ended(number, *code) && !stopped) stop();
    }
    if (!running.empty()) std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

}  // namespace xgrad::models
