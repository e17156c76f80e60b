// SPDX-License-Identifier: BSD-3-Clause
// fork and exec of /proc/self/exe.
#include <xgrad/models/gan_mnist/child.h>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <system_error>
#include <utility>

#include <xgrad/autograd/error.h>

namespace xgrad::gan_mnist {

namespace {

constexpr const char* self = "/proc/self/exe";

// Only calls that are safe between fork and exec.
[[noreturn]] void become(char* const* argv, int log, pid_t parent) {
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (getppid() != parent) _exit(127);  // which died before it could be watched
  const int nothing = open("/dev/null", O_RDONLY);
  if (nothing < 0 || dup2(nothing, 0) < 0 || dup2(log, 1) < 0 || dup2(log, 2) < 0) _exit(126);
  execv(self, argv);
  _exit(127);
}

}  // namespace

Child::Child(std::vector<std::string> arguments, const std::filesystem::path& log) {
  const auto fail = [](const std::string& what) {
    throw IoError("cannot " + what + ": " + std::generic_category().message(errno));
  };
  arguments.insert(arguments.begin(), "gan_mnist");
  std::vector<char*> argv;
  for (std::string& a : arguments) argv.push_back(a.data());
  argv.push_back(nullptr);
  const int out = open(log.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (out < 0) fail("open " + log.string());
  const pid_t parent = getpid();
  pid_ = fork();
  if (pid_ == 0) become(argv.data(), out, parent);
  close(out);
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

}  // namespace xgrad::gan_mnist
