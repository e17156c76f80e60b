// SPDX-License-Identifier: BSD-3-Clause
// Checkpoints: a safetensors file whose metadata holds the step and the state.
#include <algorithm>
#include <charconv>
#include <cstdio>
#include <system_error>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include <xgrad/autograd/error.h>
#include <xgrad/models/run/checkpoint.h>
#include <xgrad/nn/json.h>

namespace xgrad::models {

namespace fs = std::filesystem;

namespace {

constexpr const char* format_name = "xgrad-checkpoint";
constexpr const char* format_version = "1";
constexpr const char* prefix = "step-";
constexpr const char* suffix = ".safetensors";
constexpr const char* best_name = "best.safetensors";

bool is_json_object(const std::string& text) { return nn::detail::try_parse_json(text).is_object(); }

/// The step as its whole text, or -1.
std::int64_t parse_step(std::string_view text) {
  std::int64_t step = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), step);
  return error == std::errc() && end == text.data() + text.size() && step >= 0 ? step : -1;
}

/// The step in a checkpoint's file name, or -1.
std::int64_t step_of(const fs::path& path) {
  const std::string name = path.filename().string();
  const std::string_view head = prefix, tail = suffix;
  if (name.size() <= head.size() + tail.size() || !name.starts_with(head) || !name.ends_with(tail)) return -1;
  return parse_step(std::string_view(name).substr(head.size(), name.size() - head.size() - tail.size()));
}

[[noreturn]] void throw_io(const char* action, const fs::path& path, const std::error_code& error) {
  throw IoError("cannot " + std::string(action) + " " + path.string() + ": " + error.message());
}

std::vector<fs::path> files_in(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code error;
  if (!fs::exists(folder, error) && !error) return files;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    files.push_back(at->path());
  }
  if (error) throw_io("list", folder, error);
  return files;
}

/// A folder's checkpoints, oldest first.
std::vector<fs::path> checkpoints_in(const fs::path& folder) {
  std::vector<fs::path> files = files_in(folder);
  std::erase_if(files, [](const fs::path& path) { return step_of(path) < 0; });
  std::sort(files.begin(), files.end(), [](const fs::path& a, const fs::path& b) { return step_of(a) < step_of(b); });
  return files;
}

void remove_file(const fs::path& path) {
  std::error_code error;
  fs::remove(path, error);
  if (error) throw_io("remove", path, error);
}

using Metadata = std::map<std::string, std::string>;

/// The score that a best checkpoint has.
double score_of(const fs::path& best) {
  try {
    const Metadata metadata = nn::load_safetensors(best.string()).metadata;
    const auto score = metadata.find("score");
    if (score == metadata.end()) return std::numeric_limits<double>::infinity();
    const auto number = nn::detail::try_parse_json(score->second);
    if (!number.is_number()) throw FormatError(best.string() + ": its score is no number");
    return number.get<double>();
  } catch (const FormatError& e) {
    throw FormatError(std::string(e.what()) + "; without this file the run goes on, and keeps the best from then on");
  }
}

Metadata metadata_of(const Checkpoint& checkpoint) {
  if (checkpoint.step < 0)
    throw ValueError("[save_checkpoint] step " + std::to_string(checkpoint.step) + " is negative");
  if (!is_json_object(checkpoint.state)) throw ValueError("[save_checkpoint] the state is no JSON object");
  return {{"format", format_name},
          {"version", format_version},
          {"step", std::to_string(checkpoint.step)},
          {"state", checkpoint.state}};
}

Checkpoint checkpoint_of(nn::SafeTensors file, const std::string& path) {
  const Metadata& metadata = file.metadata;
  const auto text = [&](const char* key) {
    const auto at = metadata.find(key);
    return at == metadata.end() ? std::string() : at->second;
  };
  if (text("format") != format_name) throw FormatError(path + ": not a checkpoint of xgrad");
  if (text("version") != format_version) {
    throw FormatError(path + ": checkpoint version '" + text("version") + "'; this xgrad reads version " +
                      format_version);
  }
  Checkpoint checkpoint;
  checkpoint.step = parse_step(text("step"));
  if (checkpoint.step < 0) throw FormatError(path + ": its step '" + text("step") + "' is no number");
  checkpoint.state = text("state");
  if (!is_json_object(checkpoint.state)) throw FormatError(path + ": its state is no JSON object");
  checkpoint.arrays = std::move(file.tensors);
  return checkpoint;
}

}  // namespace

void Checkpoint::add(const std::string& section, const StateDict& content) {
  if (section.empty() || section.find('.') != std::string::npos) {
    throw ValueError("[Checkpoint] '" + section + "' cannot name a section: it is empty or has a dot");
  }
  for (const auto& [name, array] : content) arrays.emplace_back(section + "." + name, array);
}

StateDict Checkpoint::section(const std::string& name) const {
  const std::string start = name + ".";
  StateDict found;
  for (const auto& [full, array] : arrays) {
    if (full.starts_with(start)) found.emplace_back(full.substr(start.size()), array);
  }
  return found;
}

void save_checkpoint(const std::string& path, const Checkpoint& checkpoint) {
  nn::save_safetensors(path, checkpoint.arrays, metadata_of(checkpoint));
}

Checkpoint load_checkpoint(const std::string& path) { return checkpoint_of(nn::load_safetensors(path), path); }

Checkpoint parse_checkpoint(std::string_view bytes, const std::string& name) {
  return checkpoint_of(nn::parse_safetensors(bytes, name), name);
}

void use_checkpoint(const std::string& path, const std::function<void(const Checkpoint&)>& use) {
  const Checkpoint checkpoint = load_checkpoint(path);
  try {
    use(checkpoint);
  } catch (const Error& error) {
    throw FormatError(path + ": not a checkpoint of this run: " + error.what());
  }
}

CheckpointFolder::CheckpointFolder(fs::path folder, int keep)
    : folder_(std::move(folder)), keep_(static_cast<std::size_t>(keep)) {
  if (keep < 1) throw ValueError("[CheckpointFolder] keep = " + std::to_string(keep) + "; at least 1 is kept");
  std::error_code error;
  fs::create_directories(folder_, error);
  if (error) throw_io("create the folder", folder_, error);
  for (const fs::path& path : files_in(folder_)) {
    const std::string name = path.filename().string();
    if (name.starts_with(".") && name.ends_with(".tmp")) remove_file(path);
  }
  if (fs::exists(best(), error)) best_score_ = score_of(best());
}

fs::path CheckpointFolder::best() const { return folder_ / best_name; }

fs::path CheckpointFolder::save(const Checkpoint& checkpoint, std::optional<double> score) {
  char number[24];
  std::snprintf(number, sizeof number, "%08lld", static_cast<long long>(checkpoint.step));
  const fs::path path = folder_ / (prefix + std::string(number) + suffix);
  // The best one first: a run killed in between measures this step once more.
  if (score && is_better(*score)) {
    Metadata metadata = metadata_of(checkpoint);
    metadata["score"] = nn::detail::write_json(nlohmann::json(*score));
    nn::save_safetensors(best(), checkpoint.arrays, metadata);
    best_score_ = *score;
  }
  save_checkpoint(path, checkpoint);
  std::vector<fs::path> files = checkpoints_in(folder_);
  // Later steps are of a past that a run resumed from an earlier checkpoint has given up.
  for (; step_of(files.back()) > checkpoint.step; files.pop_back()) remove_file(files.back());
  for (std::size_t i = 0; i + keep_ < files.size(); ++i) remove_file(files[i]);
  return path;
}

std::optional<fs::path> best_checkpoint(const fs::path& folder) {
  std::error_code error;
  const fs::path best = folder / best_name;
  return fs::exists(best, error) ? std::optional(best) : std::nullopt;
}

std::optional<fs::path> latest_checkpoint(const fs::path& folder) {
  const std::vector<fs::path> files = checkpoints_in(folder);
  return files.empty() ? std::nullopt : std::optional(files.back());
}

}  // namespace xgrad::models
