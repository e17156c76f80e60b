// SPDX-License-Identifier: BSD-3-Clause
// A run's folder: numbered, locked while in use, and the places of its files.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include <xgrad/models/run/folder_lock.h>

namespace xgrad::models {

/// `runs/<number>-<preset>-<data>/`, held by an exclusive lock that the system releases when the process ends.
class RunFolder {
 public:
  /// Makes `root/<next free number>-<preset>-<data>`; two processes never get the same number. @throws IoError
  static RunFolder create(const std::filesystem::path& root, const std::string& preset, const std::string& data);
  /// Makes exactly this folder. One that a run was killed in before it wrote anything is as good as new.
  /// @throws ValueError when it exists and holds anything, or is no folder; IoError; RunLocked
  static RunFolder create_at(const std::filesystem::path& folder);
  /// Takes an existing folder to resume it. @throws ValueError when there is none; IoError; RunLocked
  static RunFolder open(const std::filesystem::path& folder);

  const std::filesystem::path& path() const noexcept { return path_; }
  std::filesystem::path samples() const { return path_ / "samples"; }
  /// Where the samples of a round are drawn, without the extension.
  std::filesystem::path samples_after(std::int64_t round) const;
  std::filesystem::path checkpoints() const { return path_ / "checkpoints"; }
  std::filesystem::path config() const { return path_ / "config.toml"; }
  std::filesystem::path environment() const { return path_ / "env.json"; }
  std::filesystem::path description() const { return path_ / "description.txt"; }
  std::filesystem::path timing() const { return path_ / "timing.json"; }
  std::filesystem::path metrics() const { return path_ / "metrics.jsonl"; }

 private:
  explicit RunFolder(std::filesystem::path path);

  std::filesystem::path path_;
  FolderLock lock_;
};

}  // namespace xgrad::models
