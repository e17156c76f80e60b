// SPDX-License-Identifier: BSD-3-Clause
// The program gan_mnist when something ends it: bad checkpoints, divergence, full disks, signals. No finished round is
// lost, and the exit code says what it was.
#include <doctest/doctest.h>
#include <sys/resource.h>

#include <cstdint>
#include <string>

#include <xgrad/models/network.h>
#include <xgrad/models/preset.h>
#include <xgrad/models/run/checkpoint.h>

#include "gan_mnist_place.h"

using namespace xgrad;
using namespace xgrad::tests;
namespace fs = std::filesystem;

TEST_CASE("gan_mnist: a damaged or foreign checkpoint is exit 3 with one line that names it") {
  const Place place;
  REQUIRE(place.train("--steps 1 --out run --quiet").code == 0);
  const fs::path file = *models::latest_checkpoint(place.folder.path() / "run" / "checkpoints");
  const std::string name = "run/checkpoints/" + file.filename().string();
  const models::Checkpoint good = models::load_checkpoint(file.string());
  const auto refused = [&](const std::string& why) {
    for (const char* command : {"train --resume run --steps 2", "sample run"}) {
      const Outcome outcome = place.run(command);
      CHECK_MESSAGE(outcome.code == 3, outcome.output);
      CHECK_MESSAGE(contains(outcome.output, name), outcome.output);
      CHECK_MESSAGE(contains(outcome.output, why), outcome.output);
      CHECK(contains(outcome.output, "without this file the run goes on") == (*command == 't'));
      CHECK_FALSE(place.has("run/checkpoints/step-00000002.safetensors"));
    }
  };
  fs::resize_file(file, fs::file_size(file) - 1);
  refused("not a valid safetensors file");

  models::Checkpoint other = good;
  for (auto& [key, array] : other.arrays) array = Array::zeros({3});
  models::save_checkpoint(file.string(), other);
  refused("not a checkpoint of this run");

  other = good;
  other.state = "{}";
  models::save_checkpoint(file.string(), other);
  refused("state lacks");

  models::save_checkpoint(file.string(), good);
  CHECK(place.run("sample run").code == 0);
}

TEST_CASE("gan_mnist: divergence is exit 4 for every preset, and keeps the last good checkpoint") {
  const Place place;
  for (const models::Preset& preset : models::preset_table()) {
    CAPTURE(preset.name);
    const std::string run = "run-" + preset.name;
    // Batches that packs of two, three and four divide.
    const bool images = models::find_network(preset.network).kind == models::DataKind::images;
    const std::string data = images ? "--data data " : "";  // else what is known by name
    const Outcome diverged = place.run("train " + data + "--batch-size 12 --threads 1 --preset " + preset.name +
                                       " --lr 1e30 --steps 50 --save-every 1 --out " + run);
    CHECK_MESSAGE(diverged.code == 4, diverged.output);
    CHECK(contains(diverged.output, "The last good checkpoint: " + run + "/checkpoints/step-"));
    const auto latest = models::latest_checkpoint(place.folder.path() / run / "checkpoints");
    REQUIRE(latest);
    CHECK_NOTHROW(models::load_checkpoint(latest->string()));
    if (preset.name == "wgan-gp") CHECK(place.run("sample " + run).code == 0);
  }
}

TEST_CASE("gan_mnist: a folder that cannot be made is exit 1") {
  const Place place;
  check_refused(place.train("--steps 1 --out /dev/null/run"), 1, "/dev/null/run");
}

TEST_CASE("gan_mnist: a checkpoint that does not fit the disk is exit 1, and the one before it loads") {
  const Place place;
  REQUIRE(place.train("--steps 1 --out whole --quiet").code == 0);
  const auto size_of = [&](const char* name) {
    return fs::file_size(place.folder.path() / "whole/checkpoints" / name);
  };
  // The first checkpoint has no optimiser state yet and is smaller.
  rlimit limit{};
  getrlimit(RLIMIT_FSIZE, &limit);
  const rlimit between{(size_of("step-00000000.safetensors") + size_of("step-00000001.safetensors")) / 2,
                       limit.rlim_max};
  setrlimit(RLIMIT_FSIZE, &between);
  const Outcome full = place.train("--steps 1 --out full --quiet");
  setrlimit(RLIMIT_FSIZE, &limit);
  check_refused(full, 1, "cannot write full/checkpoints/step-00000001.safetensors: File too large");
  CHECK(place.run("train --resume full --steps 1 --quiet").code == 0);
  CHECK(content(place.folder.path() / "full/checkpoints/step-00000001.safetensors") ==
        content(place.folder.path() / "whole/checkpoints/step-00000001.safetensors"));
}

TEST_CASE("gan_mnist: Ctrl-C, a closed terminal or a closed pipe saves, says how to go on, and exits with 130") {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGPIPE}) {
    const Place place;
    Program program(
        tests::program_path("gan_mnist"),
        Place::words("train --data data --batch-size 16 --threads 1 --steps 100000000 --log-every 1 --out run"),
        place.folder.path());
    // Under way when the first line of metrics is there.
    for (int i = 0; i < 4000 && content(place.folder.path() / "run/metrics.jsonl").empty(); ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    REQUIRE(!content(place.folder.path() / "run/metrics.jsonl").empty());

    check_refused(place.run("train --resume run"), 1, "in use");  // one at a time
    check_refused(place.train("--steps 1 --out run"), 1, "in use");

    program.signal(signal);
    CHECK(program.wait(5) == 130);
    CHECK(contains(program.output(), "train --resume run"));
    const auto latest = models::latest_checkpoint(place.folder.path() / "run" / "checkpoints");
    REQUIRE(latest);
    const std::int64_t steps = models::load_checkpoint(latest->string()).step;
    CHECK(steps > 0);
    const Outcome rest = place.run("train --resume run --steps " + std::to_string(steps + 3));
    CHECK_MESSAGE(rest.code == 0, rest.output);
  }
}

TEST_CASE("gan_mnist: a second Ctrl-C does not wait for the round, and the last checkpoint stays good") {
  const Place place;
  // A round that takes hours: only the second signal can end it.
  Program program(tests::program_path("gan_mnist"),
                  Place::words("train --data data --batch-size 16 --threads 1 --n-critic 100000000 --out run"),
                  place.folder.path());
  const fs::path pictures = place.folder.path() / "run/samples";  // the first is drawn just before the round
  for (int i = 0; i < 4000 && (!fs::exists(pictures) || fs::is_empty(pictures)); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  REQUIRE(fs::exists(pictures));
  program.signal(SIGINT);
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  program.signal(SIGINT);
  CHECK(program.wait(5) == 130);
  const auto latest = models::latest_checkpoint(place.folder.path() / "run" / "checkpoints");
  REQUIRE(latest);
  CHECK(models::load_checkpoint(latest->string()).step == 0);
}
