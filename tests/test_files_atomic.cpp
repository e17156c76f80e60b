// SPDX-License-Identifier: BSD-3-Clause
// Saving when the system fails: the k-th call, a full disk, a size limit, a kill. The old file or the new, whole.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>

#include <xgrad/autograd/error.h>
#include <xgrad/models/run/checkpoint.h>
#include <xgrad/models/run/metrics_log.h>
#include <xgrad/nn/file.h>

#include "temporary_folder.h"

namespace {

/// Which system call fails next. These definitions stand before libc's for the whole test program and, unless armed,
/// pass every call on.
struct Fault {
  const char* call = "";
  int after = -1;  // calls that still succeed; -1: never fail
  bool short_writes = false;
  int error = ENOSPC;
} fault;

bool fails(const char* call) {
  if (fault.after < 0 || std::strcmp(call, fault.call) != 0) return false;
  if (fault.after-- > 0) return false;
  errno = fault.error;
  return true;
}

}  // namespace

extern "C" {
ssize_t write(int fd, const void* data, size_t size) {
  if (fails("write")) return -1;
  if (fault.short_writes && size > 1) size = (size + 1) / 2;
  return syscall(SYS_write, fd, data, size);
}
ssize_t pread(int fd, void* to, size_t size, off_t offset) {
  return fails("pread") ? -1 : syscall(SYS_pread64, fd, to, size, offset);
}
int fsync(int fd) { return fails("fsync") ? -1 : static_cast<int>(syscall(SYS_fsync, fd)); }
int rename(const char* from, const char* to) noexcept {
  return fails("rename") ? -1 : static_cast<int>(syscall(SYS_renameat, AT_FDCWD, from, AT_FDCWD, to));
}
}

namespace xgrad {
namespace {

using models::Checkpoint;
using models::load_checkpoint;
using models::save_checkpoint;
using tests::TemporaryFolder;

/// A checkpoint whose every element and whose step are `mark`.
Checkpoint marked(std::int64_t mark, std::int64_t size) {
  Checkpoint checkpoint;
  checkpoint.step = mark;
  checkpoint.add("G", {{"weight", Array::full(Shape{size}, static_cast<double>(mark))},
                       {"bias", Array::full(Shape{7}, static_cast<double>(mark), DType::float64)}});
  return checkpoint;
}

/// The mark of a file, after checking that all of it carries that mark.
std::int64_t mark_of(const std::string& path) {
  const Checkpoint checkpoint = load_checkpoint(path);
  REQUIRE(checkpoint.arrays.size() == 2);
  for (const auto& [name, array] : checkpoint.arrays) {
    for (const double value : array.to_vector<double>()) {
      if (value != static_cast<double>(checkpoint.step)) FAIL("a mixture: " << name);
    }
  }
  return checkpoint.step;
}

std::string io_error(const std::string& path, const std::string& content) {
  try {
    nn::write_file(path, content);
  } catch (const IoError& error) {
    return error.what();
  }
  return "";
}

TEST_CASE("a file is replaced whole and nothing else is left in its folder") {
  const TemporaryFolder folder;
  const std::string path = folder.file("a");
  nn::write_file(path, "old");
  CHECK(nn::read_file(path) == "old");
  nn::write_file(path, std::string("n\0w", 3));
  CHECK(nn::read_file(path) == std::string("n\0w", 3));
  {
    nn::AtomicFile file(path);
    file.write("never committed");
  }
  CHECK(nn::read_file(path).size() == 3);
  CHECK(folder.count() == 1);
  CHECK_THROWS_AS(nn::read_file(path, 2), FormatError);
}

TEST_CASE("a name may be as long as the system takes it") {
  const TemporaryFolder folder;
  const std::string path = folder.file(std::string(255, 'n'));
  nn::write_file(path, "text");
  CHECK(nn::read_file(path) == "text");
  CHECK(folder.count() == 1);
}

TEST_CASE("replacing what a symbolic link points to keeps the link") {
  const TemporaryFolder folder;
  nn::write_file(folder.file("real"), "old");
  std::filesystem::create_symlink("real", folder.file("link"));
  nn::write_file(folder.file("link"), "new");
  CHECK(nn::read_file(folder.file("real")) == "new");
  CHECK(std::filesystem::is_symlink(folder.file("link")));
}

TEST_CASE("writes that are cut short are continued") {
  const TemporaryFolder folder;
  const std::string text(1000, 'x');
  fault.short_writes = true;
  nn::write_file(folder.file("a"), text + "end");
  fault.short_writes = false;
  CHECK(nn::read_file(folder.file("a")) == text + "end");
}

TEST_CASE("a call that a signal interrupts is made again") {
  const tests::TemporaryFolder folder;
  const std::string path = folder.file("a"), log = folder.file("metrics.jsonl");
  fault = {.call = "write", .after = 0, .error = EINTR};
  nn::write_file(path, "all of it");
  CHECK(fault.after == -1);
  fault = {.call = "pread", .after = 0, .error = EINTR};
  CHECK(nn::read_file(path) == "all of it");
  CHECK(fault.after == -1);
  {
    models::MetricsLog metrics(log);
    fault = {.call = "write", .after = 0, .error = EINTR};
    metrics.append(1, {{"d", 0.5}});
    CHECK(fault.after == -1);
  }
  CHECK(nn::read_file(log) == "{\"step\":1,\"d\":0.5}\n");
  fault = {};
}

TEST_CASE("every k-th write, fsync or rename that fails is an IoError and leaves a whole file") {
  const TemporaryFolder folder;
  const std::string path = folder.file("checkpoint");
  int failures = 0;
  for (const char* call : {"write", "fsync", "rename"}) {
    for (int k = 0;; ++k) {
      save_checkpoint(path, marked(1, 1000));
      std::string message;
      fault = {call, k, false};
      try {
        save_checkpoint(path, marked(2, 1000));
      } catch (const IoError& error) {
        message = error.what();
      }
      fault = {};
      CAPTURE(call);
      CAPTURE(k);
      if (message.empty()) {
        CHECK(mark_of(path) == 2);
        break;
      }
      ++failures;
      CHECK(message.find(path) != std::string::npos);
      CHECK(message.find("No space left on device") != std::string::npos);
      // Only after the rename, when syncing the folder fails, is the new content there.
      CHECK(mark_of(path) == (std::string(call) == "fsync" && k == 1 ? 2 : 1));
      CHECK(folder.count() == 1);
    }
  }
  CHECK(failures == 4 + 2 + 1);  // length, header and two arrays; file and folder; rename
}

TEST_CASE("errors name the path and the reason") {
  const TemporaryFolder folder;
  CHECK(io_error(folder.file("none/a"), "x") ==
        "cannot create " + folder.file("none/a") + ": No such file or directory");
  CHECK(io_error(folder.path().string(), "x").find("Is a directory") != std::string::npos);
  CHECK_THROWS_WITH_AS(nn::read_file(folder.file("b")),
                       ("cannot open " + folder.file("b") + ": No such file or directory").c_str(), IoError);
  CHECK_THROWS_AS(nn::read_file(folder.path().string()), IoError);
}

TEST_CASE("a full device is reported and stays a device") {
  if (!std::filesystem::is_character_file("/dev/full")) return;
  CHECK(io_error("/dev/full", "x") == "cannot write /dev/full: No space left on device");
  CHECK(std::filesystem::is_character_file("/dev/full"));
  CHECK(io_error("/dev/null", "x") == "");
}

/// Runs `body` in a child process, which ends with what it returns, or 99 when it throws.
template <class Body>
pid_t start_child(const Body& body) {
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child > 0) return child;
  int status = 99;
  try {
    status = body();
  } catch (...) {
  }
  _exit(status);
}

TEST_CASE("a file size limit is an IoError and the old checkpoint loads") {
  const TemporaryFolder folder;
  const std::string path = folder.file("checkpoint");
  save_checkpoint(path, marked(1, 100));
  const Checkpoint large = marked(2, 100000);
  const pid_t child = start_child([&] {
    signal(SIGXFSZ, SIG_IGN);  // as the program does: then write says EFBIG
    const rlimit limit{20000, 20000};
    setrlimit(RLIMIT_FSIZE, &limit);
    try {
      save_checkpoint(path, large);
    } catch (const IoError& error) {
      return std::string(error.what()) == "cannot write " + path + ": File too large" ? 7 : 8;
    }
    return 9;
  });
  int status = 0;
  waitpid(child, &status, 0);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 7);
  CHECK(mark_of(path) == 1);
  CHECK(folder.count() == 1);
}

TEST_SUITE("slow") {
  TEST_CASE("200 kills while saving leave a whole checkpoint each time") {
    const TemporaryFolder folder;
    const std::string path = folder.file("checkpoint");
    save_checkpoint(path, marked(1, 300000));
    const Checkpoint contents[] = {marked(1, 300000), marked(2, 300000)};
    std::mt19937 random(7);
    int seen[3] = {};
    std::ptrdiff_t interrupted = 0;
    for (int kill_number = 0; kill_number < 200; ++kill_number) {
      const pid_t child = start_child([&]() -> int {
        for (int i = kill_number;; ++i) save_checkpoint(path, contents[i % 2]);
      });
      usleep(static_cast<useconds_t>(500 + random() % 12000));
      kill(child, SIGKILL);
      waitpid(child, nullptr, 0);
      const std::int64_t mark = mark_of(path);
      REQUIRE((mark == 1 || mark == 2));
      ++seen[mark];
      interrupted += folder.count() - 1;
      models::CheckpointFolder sweep(folder.path());  // removes what the killed process left
      REQUIRE(folder.count() == 1);
    }
    // The test means something only if it met both contents and many kills in the middle of a save.
    CHECK(seen[1] > 10);
    CHECK(seen[2] > 10);
    CHECK(interrupted > 50);
  }
}

}  // namespace
}  // namespace xgrad
