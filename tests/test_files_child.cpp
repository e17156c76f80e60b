// SPDX-License-Identifier: BSD-3-Clause
// Children: exit codes and logs, how many run at a time, and how they are asked to end.
#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <xgrad/autograd/error.h>
#include <xgrad/models/run/child.h>
#include <xgrad/nn/file.h>

#include "temporary_folder.h"

namespace xgrad::models {
namespace {

using tests::TemporaryFolder;

// This program as one that ends at once, and as one that does so when it is told to.
const std::vector<std::string> quick = {"--version"};
const std::vector<std::string> waiting = {"--no-skip", "--test-case=child: waits for a signal"};

TEST_CASE("child: waits for a signal" * doctest::skip()) { pause(); }

int wait_for(Child& child) {
  std::optional<int> code;
  while (!(code = child.poll())) std::this_thread::sleep_for(std::chrono::milliseconds(2));
  return *code;
}

TEST_CASE("child: an exit code, what it said, and the signal that ended it") {
  const TemporaryFolder folder;
  Child well(quick, folder.file("log"));
  CHECK(wait_for(well) == 0);
  CHECK(nn::read_file(folder.file("log")).find("doctest version") != std::string::npos);
  Child waits(waiting, folder.file("log"));
  CHECK_FALSE(waits.poll());
  Child moved = std::move(waits);
  moved.signal(SIGKILL);
  CHECK(wait_for(moved) == 128 + SIGKILL);
  CHECK_THROWS_AS(Child(quick, folder.file("no/log")), IoError);
}

TEST_CASE("children: as many at a time as allowed, each told once") {
  const TemporaryFolder folder;
  std::vector<int> told(7, 0);
  std::size_t running = 0, most = 0;
  run_children(
      told.size(), 3,
      [&](std::size_t i) {
        most = std::max(most, ++running);
        return Child(quick, folder.file(std::to_string(i)));
      },
      [&](std::size_t i, int code) {
        --running;
        ++told[i];
        CHECK(code == 0);
        return true;
      });
  CHECK(told == std::vector<int>(7, 1));
  CHECK(most == 3);
  run_children(
      0, 0, [&](std::size_t) { return Child(quick); }, [](std::size_t, int) { return true; });
}

TEST_CASE("children: one that ends it all, or a wish to stop, and those that run are asked to end") {
  const TemporaryFolder folder;
  for (const bool wish : {false, true}) {
    std::vector<int> codes;
    std::size_t begun = 0;
    run_children(
        9, 3,
        [&](std::size_t i) {
          ++begun;
          return Child(i == 1 && !wish ? quick : waiting, folder.file("log"));
        },
        [&](std::size_t i, int code) {
          codes.push_back(code);
          return i != 1;
        },
        [&] { return wish && begun == 3; });
    CHECK(begun == 3);
    std::sort(codes.begin(), codes.end());
    CHECK(codes == std::vector<int>{wish ? 128 + SIGTERM : 0, 128 + SIGTERM, 128 + SIGTERM});
  }
}

TEST_CASE("children: an exception leaves none behind") {
  const TemporaryFolder folder;
  const auto start = [&](std::size_t i) {
    if (i == 1) throw std::runtime_error("no more");
    return Child(waiting, folder.file("log"));
  };
  CHECK_THROWS_AS(run_children(3, 2, start, [](std::size_t, int) { return true; }), std::runtime_error);
}

}  // namespace
}  // namespace xgrad::models
