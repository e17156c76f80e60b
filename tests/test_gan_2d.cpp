// SPDX-License-Identifier: BSD-3-Clause
// The program gan_2d as a user meets it.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

#include <xgrad/nn/file.h>

#include "paths.h"
#include "temporary_folder.h"

namespace {

struct Outcome {
  std::string text;
  int code;
};

Outcome gan_2d(const std::string& arguments) {
  FILE* pipe = popen((xgrad::tests::program_path("gan_2d") + " " + arguments + " 2>&1").c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::string text;
  char buffer[4096];
  while (const std::size_t n = std::fread(buffer, 1, sizeof buffer, pipe)) text.append(buffer, n);
  return {text, WEXITSTATUS(pclose(pipe))};
}

}  // namespace

TEST_CASE("gan_2d games finds each method's published verdict") {
  const Outcome games = gan_2d("games");
  const std::string& text = games.text;
  CHECK(games.code == 0);
  // Moduli by hand at eta = 0.2, mu = i on x y and i/2 on the Dirac-GAN: sqrt(1 + eta^2 |mu|^2).
  CHECK(text.find("| simultaneous | 1.01980 | diverges | 1.00499 | diverges |") != std::string::npos);
  for (const char* name : {"consensus", "symplectic", "extragradient", "optimistic", "unrolled", "LCGD", "CGD"}) {
    const std::size_t at = text.find("\n| " + std::string(name));
    REQUIRE(at != std::string::npos);
    const std::string line = text.substr(at + 1, text.find('\n', at + 1) - at);
    CHECK_MESSAGE(line.find("| converges |") != line.rfind("| converges |"), line);
  }
  const std::size_t circle = text.find("| alternating");
  CHECK(text.substr(circle, 60).find("circles") != std::string::npos);
}

TEST_CASE("gan_2d games tells of steps so large that all overflows") {
  // By hand, as above, at eta = 5.
  const std::string text = gan_2d("games --lr 5").text;
  CHECK_MESSAGE(text.find("| simultaneous | 5.09902 | diverges | 2.69258 | diverges |") != std::string::npos, text);
  CHECK_MESSAGE(text.find("nan |") == std::string::npos, text);
  CHECK(gan_2d("games --lr inf").code == 2);
  CHECK(gan_2d("train --lr nan --steps 1").code == 2);
}

TEST_CASE("gan_2d trains, draws, tabulates and goes on") {
  const xgrad::tests::TemporaryFolder folder;
  const std::string out = folder.file("run");
  const Outcome trained = gan_2d("train --data ring --preset gan --steps 4 --every 2 --out " + out);
  CHECK_MESSAGE(trained.code == 0, trained.text);
  for (const char* file :
       {"samples/step-00000002.png", "samples/step-00000004.png", "metrics.jsonl", "config.toml", "env.json"}) {
    CAPTURE(file);
    CHECK(std::ifstream(out + "/" + file).good());
  }

  const std::string results = folder.file("t.jsonl");
  const std::string table =
      "table --data grid --net small --presets gan,cgd:1 --steps 2 --seeds 2 --jobs 2 --out " + results;
  const Outcome first = gan_2d(table);
  CHECK_MESSAGE(first.code == 0, first.text);
  CHECK(first.text.find("seed 2") != std::string::npos);
  CHECK(first.text.find("| gan | 2 | ") != std::string::npos);
  CHECK(first.text.find("| cgd | 1 | ") != std::string::npos);
  const Outcome again = gan_2d(table);
  CHECK(again.code == 0);
  CHECK(again.text.find("seed 2") == std::string::npos);  // read back, not run again
  CHECK(again.text.find("published: PacGAN2 | 400000 | 23.8") != std::string::npos);
  const std::string lines = xgrad::nn::read_file(results);
  CHECK(std::count(lines.begin(), lines.end(), '\n') == 4);

  std::ofstream(results, std::ios::app) << "{\"data\":\"grid\",\"net\":\"sm";  // a crash
  const Outcome more = gan_2d("table --data grid --net small --presets gan --steps 1 --seeds 1 --out " + results);
  CHECK_MESSAGE(more.code == 0, more.text);
  CHECK(more.text.find("| gan | 1 | ") != std::string::npos);

  CHECK(gan_2d("train --preset wgna").code == 2);
  CHECK(gan_2d("train --steps 0").code == 2);
  CHECK(gan_2d("table --presets gan:many").code == 2);
  CHECK(gan_2d("table --net smal").code == 2);
  const Outcome failed = gan_2d("table --net small --presets gan --steps 1 --seeds 3 --jobs 1 --out /proc/t.jsonl");
  CHECK(failed.code == 1);
  CHECK(failed.text.find("cannot write") != std::string::npos);
  CHECK(failed.text.find("3 of 3 runs failed") != std::string::npos);
  CHECK(gan_2d("").code == 2);
  CHECK(gan_2d("games > /dev/full").code == 1);
}
