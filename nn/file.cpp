// SPDX-License-Identifier: BSD-3-Clause
// Files: the system calls, each one checked.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

#include <xgrad/autograd/error.h>
#include <xgrad/nn/file.h>

namespace xgrad::nn {

namespace {

constexpr std::size_t largest_transfer = std::size_t{1} << 30;  // one system call moves less than 2 GiB

[[noreturn]] void throw_io(const char* action, const std::string& path, int error) {
  throw IoError("cannot " + std::string(action) + " " + path + ": " + std::generic_category().message(error));
}

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? "." : path.substr(0, slash + 1);
}

/// A hidden name beside `path` that no other process or thread uses.
std::string temporary_beside(const std::string& path) {
  static std::atomic<unsigned> counter{0};
  const std::size_t slash = path.rfind('/');
  const std::size_t base = slash == std::string::npos ? 0 : slash + 1;
  constexpr std::size_t longest = 200;  // with what is added, a name has at most 255 bytes
  return path.substr(0, base) + "." + path.substr(base, longest) + "." + std::to_string(::getpid()) + "-" +
         std::to_string(counter++) + ".tmp";
}

}  // namespace

AtomicFile::AtomicFile(std::string path) : path_(std::move(path)) {
  struct stat info {};
  if (::lstat(path_.c_str(), &info) == 0 && S_ISLNK(info.st_mode)) {
    std::error_code error;  // replace what a link points to, not the link
    const std::filesystem::path target = std::filesystem::weakly_canonical(path_, error);
    if (error) throw_io("open", path_, error.value());
    path_ = target.string();
  }
  if (::stat(path_.c_str(), &info) == 0 && !S_ISREG(info.st_mode)) {
    fd_ = ::open(path_.c_str(), O_WRONLY | O_CLOEXEC);
    if (fd_ < 0) throw_io("open", path_, errno);
    return;
  }
  temporary_ = temporary_beside(path_);
  fd_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (fd_ < 0) {
    const int error = errno;
    temporary_.clear();
    throw_io("create", path_, error);
  }
}

AtomicFile::~AtomicFile() { discard(); }

void AtomicFile::discard() noexcept {
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
  temporary_.clear();
}

void AtomicFile::fail(const char* action) {
  const int error = errno;
  discard();
  throw_io(action, path_, error);
}

void AtomicFile::write(const void* data, std::size_t size) {
  const char* at = static_cast<const char*>(data);
  while (size > 0) {
    const ssize_t written = ::write(fd_, at, std::min(size, largest_transfer));
    if (written < 0) {
      if (errno == EINTR) continue;
      fail("write");
    }
    at += written;
    size -= static_cast<std::size_t>(written);
  }
}

void AtomicFile::commit() {
  const bool direct = temporary_.empty();
  // Devices and pipes cannot be synced and say EINVAL (or EROFS).
  if (::fsync(fd_) != 0 && !(direct && (errno == EINVAL || errno == EROFS))) fail("sync");
  if (::close(std::exchange(fd_, -1)) != 0) fail("close");
  if (direct) return;
  if (::rename(temporary_.c_str(), path_.c_str()) != 0) fail("replace");
  temporary_.clear();
  const std::string folder = folder_of(path_);
  const int folder_fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder_fd < 0) throw_io("sync the folder of", path_, errno);
  const int error = ::fsync(folder_fd) != 0 ? errno : 0;
  ::close(folder_fd);
  if (error != 0) throw_io("sync the folder of", path_, error);
}

void write_file(const std::string& path, std::string_view content) {
  AtomicFile file(path);
  file.write(content);
  file.commit();
}

InputFile::InputFile(std::string path) : path_(std::move(path)), fd_(::open(path_.c_str(), O_RDONLY | O_CLOEXEC)) {
  if (fd_ < 0) throw_io("open", path_, errno);
  struct stat info {};
  const int error = ::fstat(fd_, &info) != 0 ? errno
                    : S_ISDIR(info.st_mode)  ? EISDIR
                    : !S_ISREG(info.st_mode) ? EINVAL
                                             : 0;
  if (error != 0) {
    ::close(fd_);
    throw_io("read", path_, error);
  }
  size_ = static_cast<std::uint64_t>(info.st_size);
}

InputFile::~InputFile() { ::close(fd_); }

void InputFile::read(void* to, std::uint64_t offset, std::uint64_t size) const {
  char* at = static_cast<char*>(to);
  while (size > 0) {
    const ssize_t got = ::pread(fd_, at, std::min<std::size_t>(size, largest_transfer), static_cast<off_t>(offset));
    if (got < 0) {
      if (errno == EINTR) continue;
      throw_io("read", path_, errno);
    }
    if (got == 0) throw IoError("cannot read " + path_ + ": it became shorter meanwhile");
    at += got;
    offset += static_cast<std::uint64_t>(got);
    size -= static_cast<std::uint64_t>(got);
  }
}

std::string read_file(const std::string& path, std::uint64_t limit) {
  const InputFile file(path);
  if (file.size() > limit) {
    throw FormatError(path + ": longer than the " + std::to_string(limit) + " bytes that are read at most");
  }
  std::string content(file.size(), '\0');
  file.read(content.data(), 0, content.size());
  return content;
}

}  // namespace xgrad::nn
