// SPDX-License-Identifier: BSD-3-Clause
// Checkpoints: everything a run needs to go on exactly, in one safetensors file, and the folder that keeps a few.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include <xgrad/nn/safetensors.h>

namespace xgrad::models {

/// Arrays in named sections ("G", "D", "optG", ...; stored as "G.net.0.weight") and the rest of the state as JSON.
struct Checkpoint {
  std::int64_t step = 0;
  StateDict arrays;
  std::string state = "{}";  ///< a JSON object: generators, loader, configuration, ...

  /// Adds a section. @throws ValueError when its name is empty or has a dot.
  void add(const std::string& section, const StateDict& content);
  /// The arrays of a section, without its prefix.
  StateDict section(const std::string& name) const;
};

/// Writes atomically. @throws IoError; ValueError for names that safetensors refuses or a state that is no JSON object.
void save_checkpoint(const std::string& path, const Checkpoint& checkpoint);

/// Reads and checks a whole checkpoint before it returns any of it. @throws IoError, FormatError
Checkpoint load_checkpoint(const std::string& path);

/// The same of what a checkpoint's file holds; `name` stands for the file in messages. @throws FormatError
Checkpoint parse_checkpoint(std::string_view bytes, const std::string& name = "checkpoint");

/// Loads a checkpoint and hands it to `use`, whose every Error (a name that is missing, another shape) becomes a
/// FormatError that names the file. @throws IoError, FormatError
void use_checkpoint(const std::string& path, const std::function<void(const Checkpoint&)>& use);

/// The newest `step-<number>.safetensors` of a folder, if there is one. Changes nothing, so that a run can be looked at
/// while it trains.
std::optional<std::filesystem::path> latest_checkpoint(const std::filesystem::path& folder);

/// The checkpoint of a folder that had the best score, if there is one.
std::optional<std::filesystem::path> best_checkpoint(const std::filesystem::path& folder);

/// `step-<number>.safetensors` files, of which the last few are kept, and `best.safetensors`.
class CheckpointFolder {
 public:
  /// Makes the folder when there is none and removes temporaries that a killed process left in it.
  /// @throws ValueError unless keep >= 1; IoError
  explicit CheckpointFolder(std::filesystem::path folder, int keep = 3);

  /// Saves, and only when that is durable removes what is too old, and what is newer than this step: a run resumed from
  /// an earlier checkpoint has given that up. With a score (lower is better) below all before it,
  /// the checkpoint also becomes `best.safetensors`. Returns the path. @throws as save_checkpoint
  std::filesystem::path save(const Checkpoint& checkpoint, std::optional<double> score = std::nullopt);
  /// Whether a checkpoint of this score would become the best.
  bool is_better(double score) const noexcept { return score < best_score_; }

  /// The newest checkpoint, if there is one.
  std::optional<std::filesystem::path> latest() const { return latest_checkpoint(folder_); }
  std::filesystem::path best() const;

 private:
  std::filesystem::path folder_;
  std::size_t keep_;
  double best_score_ = std::numeric_limits<double>::infinity();
};

}  // namespace xgrad::models
