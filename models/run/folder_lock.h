// SPDX-License-Identifier: BSD-3-Clause
// FolderLock: one process at a time in a folder; the system gives it back when that process ends, however it does.
#pragma once

#include <filesystem>

#include <xgrad/autograd/error.h>

namespace xgrad::models {

/// Another process uses the folder; the message names it.
class RunLocked : public Error {
 public:
  using Error::Error;
};

class FolderLock {
 public:
  /// Locks the file `lock` in the folder, where it is made when there is none. @throws RunLocked, IoError
  explicit FolderLock(const std::filesystem::path& folder);
  /// Waits for `lock` to be free instead of refusing.
  static FolderLock wait_for(const std::filesystem::path& lock);

  FolderLock(FolderLock&& other) noexcept;
  FolderLock& operator=(FolderLock&& other) noexcept;
  ~FolderLock();

 private:
  FolderLock() = default;

  int fd_ = -1;
};

}  // namespace xgrad::models
