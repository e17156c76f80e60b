// SPDX-License-Identifier: BSD-3-Clause
// Child: this program once more, as another process; and many of them beside each other.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace xgrad::models {

/// Runs what is running here, even if the program's file has been replaced since. A child gets signals through its
/// parent only, not from the terminal, and SIGTERM when its parent dies.
class Child {
 public:
  /// Standard output and error go to `log`, or where this process's go if it is empty. @throws IoError
  explicit Child(std::vector<std::string> arguments, const std::filesystem::path& log = {});
  Child(Child&& other) noexcept;
  Child& operator=(Child&& other) noexcept;
  /// Kills it if it still runs.
  ~Child();

  void signal(int number) const noexcept;
  /// Its exit code, or 128 + the number of the signal that ended it; nothing as long as it runs.
  std::optional<int> poll();

 private:
  pid_t pid_ = 0;
};

/// Runs start(0) .. start(n - 1), `most` at a time (0: one for each thread of num_threads()), and tells each one's end
/// to ended(i, exit code). As soon as that returns false or stopping() is true, those that run are asked to end by
/// SIGTERM and no further ones are begun.
/// @throws what the functions throw; then those that run are killed.
void run_children(
    std::size_t n, int most, const std::function<Child(std::size_t)>& start,
    const std::function<bool(std::size_t, int)>& ended, const std::function<bool()>& stopping = [] { return false; });

}  // namespace xgrad::models
