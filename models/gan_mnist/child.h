// SPDX-License-Identifier: BSD-3-Clause
// Child: this program once more, as another process.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace xgrad::gan_mnist {

/// Runs what is running here, even if the program's file has been replaced since. A child gets signals through its
/// parent only, not from the terminal, and SIGTERM when its parent dies.
class Child {
 public:
  /// Standard output and error go to `log`. @throws IoError
  Child(std::vector<std::string> arguments, const std::filesystem::path& log);
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

}  // namespace xgrad::gan_mnist
