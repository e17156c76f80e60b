// SPDX-License-Identifier: BSD-3-Clause
// A folder with a little data where the program gan_mnist is run.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "paths.h"
#include "program.h"
#include "temporary_folder.h"

namespace xgrad::tests {

namespace fs = std::filesystem;

// 96 images of a bright square somewhere, as IDX files in folder "data".
inline void write_data(const fs::path& folder) {
  const auto number = [](std::uint32_t n) {
    return std::string{static_cast<char>(n >> 24), static_cast<char>(n >> 16), static_cast<char>(n >> 8),
                       static_cast<char>(n)};
  };
  const std::uint32_t n = 96;
  const std::uint32_t side = 28;
  std::string images = number(0x0803) + number(n) + number(side) + number(side);
  std::string labels = number(0x0801) + number(n);
  for (std::uint32_t i = 0; i < n; ++i) {
    for (std::uint32_t p = 0; p < side * side; ++p) {
      const bool inside = p / side - i % 9 < 12 && p % side - i % 7 < 12;  // unsigned: below 0 is far outside
      images += inside ? '\xf0' : '\x10';
    }
    labels += static_cast<char>(i % 10);
  }
  fs::create_directories(folder);
  for (const char* split : {"train", "t10k"}) {
    std::ofstream(folder / (std::string(split) + "-images-idx3-ubyte"), std::ios::binary) << images;
    std::ofstream(folder / (std::string(split) + "-labels-idx1-ubyte"), std::ios::binary) << labels;
  }
}

inline bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

struct Outcome {
  int code;
  std::string output;
};

// A folder with data where gan_mnist is started.
struct Place {
  TemporaryFolder folder;
  Place() { write_data(folder.path() / "data"); }

  static std::vector<std::string> words(const std::string& line) {
    std::vector<std::string> all;
    std::size_t at = 0;
    while ((at = line.find_first_not_of(' ', at)) != std::string::npos) {
      const std::size_t end = std::min(line.find(' ', at), line.size());
      all.push_back(line.substr(at, end - at));
      at = end;
    }
    return all;
  }
  Outcome run(const std::string& line) const {
    Program program(program_path("gan_mnist"), words(line), folder.path());
    const int code = program.wait();
    return {code, program.output()};
  }
  // Trains on the folder's data in small batches.
  Outcome train(const std::string& line) const { return run("train --data data --batch-size 16 --threads 1 " + line); }
  bool has(const std::string& name) const { return fs::exists(folder.path() / name); }
};

inline void check_refused(const Outcome& outcome, int code, const std::string& message) {
  CHECK(outcome.code == code);
  CHECK_MESSAGE(contains(outcome.output, message), outcome.output);
}

}  // namespace xgrad::tests
