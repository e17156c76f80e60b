// SPDX-License-Identifier: BSD-3-Clause
// Run folders, their lock, metrics, environment and checkpoints.
#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include <xgrad/autograd/error.h>
#include <xgrad/models/run/checkpoint.h>
#include <xgrad/models/run/environment.h>
#include <xgrad/models/run/metrics_log.h>
#include <xgrad/models/run/run_folder.h>
#include <xgrad/nn/file.h>

#include "hostile.h"
#include "temporary_folder.h"

namespace xgrad::models {
namespace {

namespace fs = std::filesystem;
using tests::TemporaryFolder;

TEST_CASE("run folders are numbered on") {
  const TemporaryFolder root;
  const fs::path runs = root.path() / "runs";
  CHECK(RunFolder::create(runs, "gan", "fashion").path() == runs / "001-gan-fashion");
  fs::create_directory(runs / "0041-old");
  fs::create_directory(runs / "notes");
  const RunFolder run = RunFolder::create(runs, "wgan-gp", "my data/x");
  CHECK(run.path() == runs / "042-wgan-gp-my-data-x");
  CHECK(fs::is_directory(run.samples()));
  CHECK(run.samples_after(7) == run.samples() / "step-00000007");
  CHECK(run.config() == run.path() / "config.toml");
}

TEST_CASE("processes that start at once get different folders") {
  const TemporaryFolder root;
  std::vector<pid_t> children;
  for (int i = 0; i < 8; ++i) {
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      try {
        for (int k = 0; k < 5; ++k) RunFolder::create(root.path(), "gan" + std::to_string(i), "fashion");
        _exit(0);
      } catch (...) {
        _exit(1);
      }
    }
    children.push_back(child);
  }
  for (const pid_t child : children) {
    int status = 1;
    waitpid(child, &status, 0);
    CHECK(status == 0);
  }
  std::set<std::string> numbers;
  for (const auto& entry : fs::directory_iterator(root.path())) {
    if (entry.is_directory()) numbers.insert(entry.path().filename().string().substr(0, 3));
  }
  CHECK(numbers.size() == 40);
  CHECK(*numbers.rbegin() == "040");
}

TEST_CASE("a run folder in use is refused, naming the process, and free once that ends") {
  const TemporaryFolder root;
  const fs::path folder = root.path() / "run";
  {
    const RunFolder run = RunFolder::create_at(folder);
    const std::string expected = "in use by process " + std::to_string(getpid());
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      int status = 1;
      try {
        RunFolder::open(folder);
      } catch (const RunLocked& error) {
        status = std::string(error.what()).find(expected) != std::string::npos ? 7 : 2;
      } catch (...) {
      }
      _exit(status);
    }
    int status = 0;
    waitpid(child, &status, 0);
    CHECK(WEXITSTATUS(status) == 7);
    CHECK_THROWS_AS(RunFolder::open(folder), RunLocked);
    CHECK_THROWS_AS(RunFolder::create_at(folder), RunLocked);
  }
  CHECK(RunFolder::open(folder).path() == folder);
}

TEST_CASE("only an empty folder is begun in, only a run is opened") {
  const TemporaryFolder root;
  CHECK_NOTHROW(RunFolder::create_at(root.path() / "a/b"));
  CHECK_NOTHROW(RunFolder::create_at(root.path() / "a/b"));  // a run that was killed before it wrote anything
  nn::write_file(root.file("a/b/config.toml"), "");
  CHECK_THROWS_AS(RunFolder::create_at(root.path() / "a/b"), ValueError);
  CHECK_THROWS_AS(RunFolder::create_at(root.path() / "a/b/config.toml"), ValueError);
  fs::create_directories(root.path() / "c/samples");
  nn::write_file(root.file("c/samples/mine.png"), "");
  CHECK_THROWS_AS(RunFolder::create_at(root.path() / "c"), ValueError);
  CHECK(!fs::exists(root.path() / "c/lock"));
  CHECK_THROWS_AS(RunFolder::open(root.path() / "a"), ValueError);
  CHECK_THROWS_AS(RunFolder::open(root.path() / "none"), ValueError);
  CHECK_FALSE(fs::exists(root.path() / "none"));
  CHECK_THROWS_AS(RunFolder::create_at("/proc/none"), IoError);
}

TEST_CASE("metrics are whole lines, and resuming forgets what came later") {
  const TemporaryFolder folder;
  const std::string path = folder.file("metrics.jsonl");
  {
    MetricsLog log(path);
    for (std::int64_t step = 1; step <= 4; ++step)
      log.append(step, {{"d", 0.5 * static_cast<double>(step)}, {"g", NAN}});
  }
  const std::string line_1 = "{\"step\":1,\"d\":0.5,\"g\":null}\n";
  CHECK(nn::read_file(path).substr(0, line_1.size()) == line_1);
  nn::write_file(path, nn::read_file(path) + "{\"step\":2,\"d");  // torn by a crash
  {
    MetricsLog log(path, 2);
    log.append(3, {{"d", 7.0}});
  }
  CHECK(nn::read_file(path) == line_1 + "{\"step\":2,\"d\":1.0,\"g\":null}\n{\"step\":3,\"d\":7.0}\n");
  { MetricsLog log(path); }
  CHECK(nn::read_file(path).empty());
  CHECK_THROWS_AS(MetricsLog(folder.file("none/metrics.jsonl")), IoError);
}

TEST_CASE("the environment is JSON that says what numbers depend on") {
  const auto json = nlohmann::json::parse(environment_json({{"a/\xff.gz", "00ff"}}));
  for (const char* key : {"xgrad", "commit", "compiler", "flags", "threads", "threads_why", "blas", "onednn", "cpu",
                          "instruction_sets", "kernels", "products", "convolutions", "warnings"}) {
    CHECK(json.contains(key));
  }
  CHECK(json["threads"].get<int>() >= 1);
  CHECK(json["blas"]["core"].is_string());  // this program is linked with OpenBLAS
  CHECK(json["data"][0]["sha256"] == "00ff");
}

Checkpoint checkpoint_at(std::int64_t step) {
  Checkpoint checkpoint;
  checkpoint.step = step;
  checkpoint.add("G", {{"net.0.weight", Array::full({2, 3}, static_cast<double>(step))}});
  checkpoint.add("Gema", {{"net.0.weight", Array::full({2, 3}, 0.25, DType::float64)}});
  checkpoint.add("optG", {{"0.step", Array::full({}, 4.0, DType::int64)}});
  checkpoint.state = R"({"seed": 18446744073709551615})";
  return checkpoint;
}

TEST_CASE("a checkpoint comes back by sections") {
  const TemporaryFolder folder;
  save_checkpoint(folder.file("a"), checkpoint_at(12));
  const Checkpoint loaded = load_checkpoint(folder.file("a"));
  CHECK(loaded.step == 12);
  CHECK(loaded.state == checkpoint_at(12).state);
  const StateDict generator = loaded.section("G");
  REQUIRE(generator.size() == 1);
  CHECK(generator[0].first == "net.0.weight");
  CHECK(generator[0].second.to_vector<float>() == std::vector<float>(6, 12.0f));
  CHECK(loaded.section("Gema")[0].second.dtype() == DType::float64);
  CHECK(loaded.section("D").empty());
  CHECK_THROWS_AS(Checkpoint().add("a.b", {}), ValueError);
  CHECK_THROWS_AS(Checkpoint().add("", {}), ValueError);

  Checkpoint wrong = checkpoint_at(1);
  wrong.state = "[1";
  CHECK_THROWS_AS(save_checkpoint(folder.file("b"), wrong), ValueError);
  wrong = checkpoint_at(-1);
  CHECK_THROWS_AS(save_checkpoint(folder.file("b"), wrong), ValueError);
  CHECK(folder.count() == 1);
}

TEST_CASE("a file that is no checkpoint, or a damaged one, is refused") {
  const TemporaryFolder folder;
  const std::string path = folder.file("a");
  const std::map<std::string, std::string> good = {
      {"format", "xgrad-checkpoint"}, {"version", "1"}, {"step", "1"}, {"state", "{}"}};
  nn::save_safetensors(path, {}, good);
  CHECK(load_checkpoint(path).step == 1);
  const std::pair<const char*, const char*> changes[] = {
      {"format", "pt"}, {"version", "2"}, {"step", "-1"},
      {"step", "1x"},   {"step", ""},     {"step", "99999999999999999999"},
      {"state", "[]"},  {"state", "{"},   {"state", ""}};
  for (const auto& change : changes) {
    auto metadata = good;
    metadata[change.first] = change.second;
    nn::save_safetensors(path, {}, metadata);
    CAPTURE(change.first);
    CAPTURE(change.second);
    CHECK_THROWS_AS(load_checkpoint(path), FormatError);
  }
  save_checkpoint(path, checkpoint_at(3));
  const auto load = [&](const std::string& bytes) {
    nn::write_file(path, bytes);
    load_checkpoint(path);
  };
  CHECK(tests::fuzz(load, nn::read_file(path), 300) > 200);
}

TEST_CASE("a checkpoint folder keeps the last few and the best") {
  const TemporaryFolder folder;
  nn::write_file(folder.file(".step-00000001.safetensors.99-0.tmp"), "left by a kill");
  CheckpointFolder checkpoints(folder.path(), 2);
  CHECK(folder.count() == 0);
  CHECK_FALSE(checkpoints.latest());
  const double scores[] = {3.0, 1.0, 2.0, NAN};
  for (std::int64_t step = 1; step <= 4; ++step) checkpoints.save(checkpoint_at(step * 5), scores[step - 1]);
  CHECK(folder.count() == 3);
  CHECK(checkpoints.latest()->filename() == "step-00000020.safetensors");
  CHECK(fs::exists(folder.file("step-00000015.safetensors")));
  CHECK(load_checkpoint(checkpoints.best()).step == 10);

  // Opened again it knows the best; saving an earlier step gives up the later ones.
  CheckpointFolder again(folder.path(), 2);
  again.save(checkpoint_at(17), 1.5);
  CHECK(load_checkpoint(again.best()).step == 10);
  CHECK(again.latest()->filename() == "step-00000017.safetensors");
  CHECK(folder.count() == 3);
  again.save(checkpoint_at(18), 0.5);
  CHECK(load_checkpoint(again.best()).step == 18);
  CHECK_THROWS_AS(CheckpointFolder(folder.path(), 0), ValueError);

  // The best one is there before its step is, so that one that ends in between finds it again.
  fs::create_directories(folder.path() / "step-00000019.safetensors" / "in the way");
  CHECK_THROWS_AS(again.save(checkpoint_at(19), 0.25), IoError);
  CHECK(load_checkpoint(again.best()).step == 19);
}

}  // namespace
}  // namespace xgrad::models
