// SPDX-License-Identifier: BSD-3-Clause
// Run folders: numbers are given out under a lock of the root, a folder in use is locked by its own.
#include <algorithm>
#include <cctype>
#include <cstdio>
#include <cstdlib>
#include <system_error>
#include <utility>

#include <xgrad/models/run/run_folder.h>

namespace xgrad::models {

namespace fs = std::filesystem;

namespace {

[[noreturn]] void throw_io(const fs::path& path, const std::error_code& error) {
  throw IoError("cannot create the folder " + path.string() + ": " + error.message());
}

void make_folders(const fs::path& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error) throw_io(path, error);
}

/// The number a run folder's name starts with, or 0.
long number_of(const std::string& name) {
  const std::size_t digits = name.find_first_not_of("0123456789");
  const bool numbered = digits > 0 && digits <= 9 && name[digits] == '-';
  return numbered ? std::strtol(name.c_str(), nullptr, 10) : 0;
}

/// Whether nothing is there but what a run makes before its first file.
bool is_unused(const fs::path& folder) {
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    const fs::path name = at->path().filename();
    if (name != "lock" && !(name == "samples" && fs::is_empty(at->path(), error))) return false;
  }
  return !error || !fs::exists(folder, error);
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

RunFolder::RunFolder(fs::path path) : path_(std::move(path)), lock_(path_) { make_folders(samples()); }

fs::path RunFolder::samples_after(std::int64_t round) const {
  char name[32];
  std::snprintf(name, sizeof name, "step-%08lld", static_cast<long long>(round));
  return samples() / name;
}

RunFolder RunFolder::create(const fs::path& root, const std::string& preset, const std::string& data) {
  make_folders(root);
  // mkdir alone would let two processes take one number under two names.
  const FolderLock root_lock = FolderLock::wait_for(root / ".lock");
  std::error_code error;
  long last = 0;
  for (fs::directory_iterator at(root, error), end; !error && at != end; at.increment(error)) {
    last = std::max(last, number_of(at->path().filename().string()));
  }
  char number[24];
  std::snprintf(number, sizeof number, "%03ld", last + 1);
  const fs::path path = root / (std::string(number) + "-" + slug(preset) + "-" + slug(data));
  if (!error) fs::create_directory(path, error);
  if (error) throw_io(path, error);
  return RunFolder(path);
}

RunFolder RunFolder::create_at(const fs::path& folder) {
  const auto refuse_used = [&] {
    if (is_unused(folder)) return;
    throw ValueError("the folder " + folder.string() + " exists and is not empty; resume that run or name a new one");
  };
  std::error_code error;
  if (fs::exists(folder, error) && !fs::is_directory(folder, error)) {
    throw ValueError(folder.string() + " is no folder; name one for the run");
  }
  if (fs::exists(folder / "lock", error)) static_cast<void>(open(folder));  // says so when in use
  refuse_used();
  make_folders(folder);
  RunFolder run(folder);
  refuse_used();  // by a process that began and ended meanwhile
  return run;
}

RunFolder RunFolder::open(const fs::path& folder) {
  std::error_code error;
  if (!fs::exists(folder / "lock", error)) {
    throw ValueError("there is no run in " + folder.string() + "; a run folder is one that training has made");
  }
  return RunFolder(folder);
}

}  // namespace xgrad::models
