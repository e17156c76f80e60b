// SPDX-License-Identifier: BSD-3-Clause
// Every op called with random bytes and with the fuzzer's corpus: the fuzzer of tests/fuzz/ops.cpp without libFuzzer.
#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <vector>

#include <doctest/doctest.h>

#include "fuzz/op_calls.h"
#include "op_table.h"
#include "paths.h"

using namespace xgrad;

TEST_CASE("the fuzzer calls every declared op") {
  for (const std::string& name : test::declared_ops()) {
    const bool called = std::ranges::any_of(fuzz::op_calls(), [&](const auto& call) { return call.name == name; });
    CHECK_MESSAGE(called, name);
  }
}

TEST_CASE("random calls of every op end well") {
  std::mt19937 random(1);
  for (std::size_t op = 0; op < fuzz::op_calls().size(); ++op) {
    CAPTURE(fuzz::op_calls()[op].name);
    for (int i = 0; i < 150; ++i) {
      std::vector<std::uint8_t> bytes(16 + random() % 64);
      for (auto& b : bytes) b = static_cast<std::uint8_t>(random());
      bytes[0] = static_cast<std::uint8_t>(op);
      CHECK_NOTHROW(fuzz::call_op(bytes));
    }
  }
}

TEST_CASE("the corpus of the op fuzzer ends well") {
  const std::filesystem::path folder = tests::source_path("tests/fuzz/seeds/ops");
  if (!std::filesystem::exists(folder)) return;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    CAPTURE(entry.path().string());
    std::ifstream file(entry.path(), std::ios::binary);
    const std::vector<char> bytes{std::istreambuf_iterator<char>(file), {}};
    CHECK_NOTHROW(fuzz::call_op({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()}));
  }
}
