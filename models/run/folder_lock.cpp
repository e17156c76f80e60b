// SPDX-License-Identifier: BSD-3-Clause
// flock on a file that also says who holds it.
#include <xgrad/models/run/folder_lock.h>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <string>
#include <system_error>
#include <utility>

namespace xgrad::models {

namespace fs = std::filesystem;

namespace {

[[noreturn]] void throw_io(const char* action, const fs::path& path, int error) {
  throw IoError("cannot " + std::string(action) + " " + path.string() + ": " + std::generic_category().message(error));
}

/// A locked descriptor of a lock file, made when there is none; -1 when `wait` is false and somebody else has it.
int lock_file(const fs::path& path, bool wait) {
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (fd < 0) throw_io("open", path, errno);
  while (::flock(fd, wait ? LOCK_EX : LOCK_EX | LOCK_NB) != 0) {
    const int error = errno;
    if (error == EINTR) continue;
    ::close(fd);
    if (error == EWOULDBLOCK) return -1;
    throw_io("lock", path, error);
  }
  return fd;
}

/// The process number that a lock's holder wrote into it.
std::string holder_of(const fs::path& lock) {
  char text[32] = {};
  const int fd = ::open(lock.c_str(), O_RDONLY | O_CLOEXEC);
  const ssize_t got = fd < 0 ? -1 : ::read(fd, text, sizeof text - 1);
  if (fd >= 0) ::close(fd);
  const long pid = got > 0 ? std::strtol(text, nullptr, 10) : 0;
  return pid > 0 ? "process " + std::to_string(pid) : "another process";
}

}  // namespace

FolderLock::FolderLock(const fs::path& folder) {
  const fs::path lock = folder / "lock";
  fd_ = lock_file(lock, false);
  if (fd_ < 0) {
    throw RunLocked("the folder " + folder.string() + " is in use by " + holder_of(lock) +
                    "; wait for it, or take another folder");
  }
  const std::string pid = std::to_string(::getpid()) + "\n";
  if (::ftruncate(fd_, 0) != 0 || ::pwrite(fd_, pid.data(), pid.size(), 0) != static_cast<ssize_t>(pid.size())) {
    const int error = errno;
    ::close(fd_);
    throw_io("write", lock, error);
  }
}

FolderLock FolderLock::wait_for(const fs::path& lock) {
  FolderLock held;
  held.fd_ = lock_file(lock, true);
  return held;
}

FolderLock::FolderLock(FolderLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

FolderLock& FolderLock::operator=(FolderLock&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

FolderLock::~FolderLock() {
  if (fd_ >= 0) ::close(fd_);
}

}  // namespace xgrad::models
