// SPDX-License-Identifier: BSD-3-Clause
// Files that are read by ranges or whole, and replaced atomically; every failing system call is an IoError.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace xgrad::nn {

/// Replaces a file so that a reader, and a machine that loses power, sees the old content or the new, never a mixture:
/// a temporary file in the same folder is written, synced and renamed over the target, then the folder is synced.
/// Every failing system call throws IoError with path and reason; the old file stays and the temporary is removed.
/// A target that exists and is not a regular file (a device, a pipe) is written to directly.
class AtomicFile {
 public:
  explicit AtomicFile(std::string path);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  void write(const void* data, std::size_t size);
  void write(std::string_view text) { write(text.data(), text.size()); }
  /// Makes the new content visible and durable. Without it the destructor throws the new content away.
  void commit();

 private:
  [[noreturn]] void fail(const char* action);
  void discard() noexcept;

  std::string path_;
  std::string temporary_;  // empty: the target is written to directly, or the temporary is gone
  int fd_ = -1;
};

/// Writes `content` to `path` atomically. @throws IoError
void write_file(const std::string& path, std::string_view content);

/// A regular file open for reading.
class InputFile {
 public:
  /// @throws IoError, also for anything but a regular file
  explicit InputFile(std::string path);
  ~InputFile();
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;

  std::uint64_t size() const noexcept { return size_; }
  /// Fills `to` from the `size` bytes at `offset`. @throws IoError, also when the file ends before
  void read(void* to, std::uint64_t offset, std::uint64_t size) const;

 private:
  std::string path_;
  int fd_ = -1;
  std::uint64_t size_ = 0;
};

/// The content of a regular file. @throws IoError; FormatError when it is longer than `limit`.
std::string read_file(const std::string& path, std::uint64_t limit = std::uint64_t{1} << 32);

}  // namespace xgrad::nn
