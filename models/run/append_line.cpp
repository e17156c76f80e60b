// SPDX-License-Identifier: BSD-3-Clause
// One write and one fsync.
#include <xgrad/models/run/append_line.h>

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include <xgrad/autograd/error.h>

namespace xgrad::models {

void append_line(const std::filesystem::path& file, std::string line) {
  const auto fail = [&](const char* what) {
    throw IoError("cannot " + std::string(what) + " " + file.string() + ": " + std::generic_category().message(errno));
  };
  const int fd = ::open(file.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  if (fd < 0) fail("write");
  char last = '\n';
  if (const off_t size = ::lseek(fd, 0, SEEK_END); size > 0 && ::pread(fd, &last, 1, size - 1) != 1) last = '\n';
  if (last != '\n') line.insert(0, 1, '\n');
  line.push_back('\n');
  const bool whole = ::write(fd, line.data(), line.size()) == static_cast<ssize_t>(line.size()) && ::fsync(fd) == 0;
  const int error = errno;
  ::close(fd);
  errno = error;
  if (!whole) fail("write");
}

}  // namespace xgrad::models
