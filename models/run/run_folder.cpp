// SPDX-License-Identifier: BSD-3-Clause
// Run folders: numbers are given out under a lock of the root, a folder in use is locked by its own.
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <system_error>
#include <utility>

#include <xgrad/models/run/run_folder.h>

namespace xgrad::models {

namespace fs = std::filesystem;

namespace {

[[noreturn]] void throw_io(const char* action, const fs::path& path, int error) {
  throw IoError("cannot " + std::string(action) + " " + path.string() + ": " + std::generic_category().message(error));
}

void make_folders(const fs::path& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error) throw_io("create the folder", path, error.value());
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

/// The number a run folder's name starts with, or 0.
long number_of(const std::string& name) {
  const std::size_t digits = name.find_first_not_of("0123456789");
  const bool numbered = digits > 0 && digits <= 9 && name[digits] == '-';
  return numbered ? std::strtol(name.c_str(), nullptr, 10) : 0;
}

/// Letters, digits, '.', '_' and '-' of a text: fit for a folder's name.
std::string slug(const std::string& text) {
  std::string s = text;
  std::replace_if(
      s.begin(), s.end(),
      [](char c) { return !std::isalnum(static_cast<unsigned char>(c)) && c != '.' && c != '_' && c != '-'; }, '-');
  return s.substr(0, 64);
}

}  // namespace

RunFolder::RunFolder(fs::path path) : path_(std::move(path)) {
  const fs::path lock = path_ / "lock";
  lock_ = lock_file(lock, false);
  if (lock_ < 0) {
    throw RunLocked("the run folder " + path_.string() + " is in use by " + holder_of(lock) +
                    "; wait for it, or take another folder");
  }
  try {
    const std::string pid = std::to_string(::getpid()) + "\n";
    if (::ftruncate(lock_, 0) != 0 || ::pwrite(lock_, pid.data(), pid.size(), 0) != static_cast<ssize_t>(pid.size())) {
      throw_io("write", lock, errno);
    }
    make_folders(samples());
    make_folders(checkpoints());
  } catch (...) {
    ::close(lock_);
    throw;
  }
}

RunFolder RunFolder::create(const fs::path& root, const std::string& preset, const std::string& data) {
  make_folders(root);
  // mkdir alone would let two processes take one number under two names.
  const int root_lock = lock_file(root / ".lock", true);
  std::error_code error;
  long last = 0;
  for (fs::directory_iterator at(root, error), end; !error && at != end; at.increment(error)) {
    last = std::max(last, number_of(at->path().filename().string()));
  }
  char number[24];
  std::snprintf(number, sizeof number, "%03ld", last + 1);
  const fs::path path = root / (std::string(number) + "-" + slug(preset) + "-" + slug(data));
  if (!error) fs::create_directory(path, error);
  ::close(root_lock);
  if (error) throw_io("create the folder", path, error.value());
  return RunFolder(path);
}

RunFolder RunFolder::create_at(const fs::path& folder) {
  std::error_code error;
  if (fs::exists(folder, error) && !fs::is_empty(folder, error)) {
    if (!error && fs::exists(folder / "lock", error)) static_cast<void>(open(folder));  // says so when in use
    throw ValueError("the folder " + folder.string() + " exists and is not empty; resume that run or name a new one");
  }
  make_folders(folder);
  return RunFolder(folder);
}

RunFolder RunFolder::open(const fs::path& folder) {
  std::error_code error;
  if (!fs::exists(folder / "lock", error)) {
    throw ValueError("there is no run in " + folder.string() + "; a run folder is one that training has made");
  }
  return RunFolder(folder);
}

RunFolder::RunFolder(RunFolder&& other) noexcept
    : path_(std::move(other.path_)), lock_(std::exchange(other.lock_, -1)) {}

RunFolder& RunFolder::operator=(RunFolder&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(lock_, other.lock_);
  return *this;
}

RunFolder::~RunFolder() {
  if (lock_ >= 0) ::close(lock_);
}

}  // namespace xgrad::models
