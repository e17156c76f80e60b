// SPDX-License-Identifier: BSD-3-Clause
// Little address space, as under ulimit -v: what needs more ends with a message that names how much, and nothing hangs.
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <fstream>
#include <new>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include <xgrad/autograd/autograd.h>

#include "gan_mnist_place.h"
#include "paths.h"
#include "program.h"
#include "sanitized.h"

using namespace xgrad;
using namespace xgrad::tests;

namespace {

constexpr std::size_t mebi = std::size_t{1} << 20;

/// The limit becomes what is taken now and `more` bytes.
void leave(std::size_t more) {
  std::size_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  rlimit limit{};
  getrlimit(RLIMIT_AS, &limit);
  limit.rlim_cur = pages * static_cast<std::size_t>(sysconf(_SC_PAGESIZE)) + more;
  setrlimit(RLIMIT_AS, &limit);
}

/// f's exit code in a child, or 128 and the signal that ended it; 14 is that of a clock which ends what hangs.
template <class F>
int in_child(const F& f) {
  const pid_t pid = fork();
  if (pid == 0) {
    alarm(60);
    _exit(f());
  }
  int status = 0;
  waitpid(pid, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

Outcome limited(int kilobytes, const std::string& program, const std::string& line,
                const std::filesystem::path& folder) {
  std::vector<std::string> words = {"-c", "ulimit -v " + std::to_string(kilobytes) + " && exec \"$@\"", "sh",
                                    program_path(program)};
  for (const std::string& word : Place::words(line)) words.push_back(word);
  Program started("/bin/sh", words, folder);
  const int code = started.wait(30);
  return {code, started.output()};
}

Variable product(std::int64_t n) {
  const Variable x = ones({n, n}, DType::float64);
  return matmul(x, x);
}

bool named(const std::bad_alloc& e) { return contains(e.what(), " MiB"); }

}  // namespace

TEST_CASE("a product without room for OpenBLAS's buffer is refused, and goes when there is room" *
          doctest::skip(shadowed)) {
  CHECK(in_child([] {
          set_num_threads(1);
          leave(48 * mebi);
          for (int round = 0; round < 2; ++round) {
            try {
              product(40);
              return 1;
            } catch (const std::bad_alloc& e) {
              if (!named(e)) return 2;
            }
          }
          try {
            inverse(Variable(Array::full({2, 2}, 1.0, DType::float64)));
            return 3;
          } catch (const std::bad_alloc& e) {
            if (!named(e)) return 4;
          }
          leave(400 * mebi);
          return product(40).array().data<double>()[0] == 40.0 ? 7 : 5;
        }) == 7);
}

TEST_CASE("loading OpenBLAS leaves the environment as it was" * doctest::skip(shadowed)) {
  CHECK(in_child([] {
          setenv("OPENBLAS_NUM_THREADS", "5", 1);
          char** const before = environ;
          product(8);
          const char* const said = std::getenv("OPENBLAS_NUM_THREADS");
          return environ == before && said != nullptr && std::string(said) == "5" ? 7 : 1;
        }) == 7);
}

TEST_CASE("with room for one buffer many threads take turns" * doctest::skip(shadowed)) {
  CHECK(in_child([] {
          set_num_threads(1);
          product(8);  // the first buffer
          leave(120 * mebi);
          std::atomic<int> right{0}, refused{0};
          std::vector<std::thread> threads;
          for (int k = 0; k < 4; ++k) {
            try {
              threads.emplace_back([&] {
                try {
                  for (int round = 0; round < 50; ++round) right += product(64).array().data<double>()[5] == 64.0;
                } catch (const std::exception&) {
                  ++refused;
                }
              });
            } catch (const std::system_error&) {
              break;
            }
          }
          for (std::thread& t : threads) t.join();
          return !threads.empty() && refused == 0 && right == 50 * static_cast<int>(threads.size()) ? 7 : 1;
        }) == 7);
}

TEST_CASE("programs under a limit of address space work, or say what they need" * doctest::skip(shadowed)) {
  const Place place;
  for (const int kilobytes : {40'000, 80'000, 130'000, 180'000, 240'000, 300'000, 450'000, 1'200'000}) {
    CAPTURE(kilobytes);
    for (const auto& started : std::vector<std::pair<const char*, std::string>>{
             {"gan_2d", "train --steps 2 --out plane"},
             {"gan_mnist",
              "train --preset gan --data data --batch-size 16 --steps 2 --eval-every -1 --quiet --out run"},
             {"gan_mnist", "--help"}}) {
      const auto& [program, line] = started;
      CAPTURE(started.second);
      std::filesystem::remove_all(place.folder.path() / "run");
      std::filesystem::remove_all(place.folder.path() / "plane");
      const Outcome outcome = limited(kilobytes, program, line, place.folder.path());
      CAPTURE(outcome.output);
      if (kilobytes >= 1'000'000 || (kilobytes >= 80'000 && line == "--help")) {
        CHECK(outcome.code == 0);
      } else if (outcome.code != 0 && outcome.code != 127) {  // 127: the loader itself had no room
        CHECK(outcome.code == 1);
        CHECK((contains(outcome.output, " MiB") || contains(outcome.output, "bytes")));
      }
    }
  }
}
