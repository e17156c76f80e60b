// SPDX-License-Identifier: BSD-3-Clause
// What the programs have made stays: no run, figure or picture is lost to the next one, to a kill or to a full disk.
#include <doctest/doctest.h>
#include <sys/resource.h>

#include <memory>
#include <set>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include <xgrad/models/run/checkpoint.h>

#include "gan_mnist_place.h"

using namespace xgrad;
using namespace xgrad::tests;

namespace {

Outcome gan_2d(const Place& place, const std::string& line) {
  Program program(program_path("gan_2d"), Place::words(line), place.folder.path());
  const int code = program.wait();
  return {code, program.output()};
}

// Everything in a folder but who uses it, by path.
std::map<std::string, std::string> files_in(const fs::path& folder) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file() && entry.path().filename() != "lock")
      files[entry.path().lexically_relative(folder).string()] = content(entry.path());
  }
  return files;
}

template <class F>
bool eventually(F&& condition) {
  for (int i = 0; i < 6000; ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return false;
}

// The last line of a log that is whole.
std::int64_t last_step(const std::string& metrics) {
  const std::size_t end = metrics.rfind('\n');
  if (end == std::string::npos) return 0;
  const std::size_t begin = metrics.rfind('\n', end - 1);
  return nlohmann::json::parse(metrics.substr(begin + 1, end - begin - 1)).at("step");
}

}  // namespace

TEST_CASE("gan_2d train: the same flags twice are two runs, and the first stays as it was") {
  const Place place;
  const std::string command = "train --preset gan --net small --steps 4 --every 2 --seed 3";
  const Outcome first = gan_2d(place, command);
  CHECK_MESSAGE(first.code == 0, first.output);
  const fs::path run = place.folder.path() / "runs/001-gan-ring";
  const auto before = files_in(run);
  for (const char* file :
       {"config.toml", "env.json", "metrics.jsonl", "samples/step-00000002.png", "samples/step-00000004.png"}) {
    CHECK_MESSAGE(before.contains(file), file);
  }
  CHECK(gan_2d(place, command).code == 0);
  CHECK(files_in(run) == before);
  const auto second = files_in(place.folder.path() / "runs/002-gan-ring");
  for (const char* file : {"config.toml", "metrics.jsonl", "samples/step-00000004.png"})
    CHECK(second.at(file) == before.at(file));

  const Outcome repeated = gan_2d(place, "train --config runs/001-gan-ring/config.toml --out again");
  CHECK_MESSAGE(repeated.code == 0, repeated.output);
  const auto again = files_in(place.folder.path() / "again");
  for (const char* file : {"config.toml", "metrics.jsonl", "samples/step-00000004.png"})
    CHECK(again.at(file) == before.at(file));

  check_refused(gan_2d(place, command + " --out again"), 2, "exists and is not empty");
  CHECK(files_in(place.folder.path() / "again") == again);
  check_refused(gan_2d(place, command + " --out data"), 2, "exists and is not empty");
  std::ofstream(place.folder.path() / "file") << "mine";
  check_refused(gan_2d(place, command + " --out file"), 2, "file is no folder");
  check_refused(gan_2d(place, "train --config runs/001-gan-ring/config.toml --presets gan"), 2,
                "did you mean \"--preset\"?");
  std::ofstream(place.folder.path() / "c.toml") << "stepz = 3\n";
  check_refused(gan_2d(place, "train --config c.toml --out never"), 2,
                "line 1: unknown key \"stepz\"; did you mean \"steps\"?");
  check_refused(gan_2d(place, "train --preset wgna"), 2, "gan_2d: ");
  CHECK_FALSE(place.has("never"));
  CHECK_FALSE(place.has("runs/003-wgna-ring"));
}

TEST_CASE("gan_2d train: a folder in use is refused, and runs that begin at once get numbers of their own") {
  const Place place;
  Program program(program_path("gan_2d"), Place::words("train --net small --steps 100000000 --every 1 --out run"),
                  place.folder.path());
  REQUIRE(eventually([&] { return !content(place.folder.path() / "run/metrics.jsonl").empty(); }));
  check_refused(gan_2d(place, "train --net small --steps 1 --out run"), 1, "in use by process");
  program.signal(SIGKILL);
  program.wait();
  CHECK(!content(place.folder.path() / "run/metrics.jsonl").empty());
  check_refused(gan_2d(place, "train --net small --steps 1 --out run"), 2, "exists and is not empty");

  std::vector<std::unique_ptr<TemporaryFolder>> outputs;  // each writes its words into a place of its own
  std::vector<std::unique_ptr<Program>> programs;
  for (int i = 0; i < 6; ++i) {
    outputs.push_back(std::make_unique<TemporaryFolder>());
    fs::create_directory_symlink(place.folder.path() / "runs", outputs.back()->path() / "runs");
    fs::create_directories(place.folder.path() / "runs");
    programs.push_back(std::make_unique<Program>(program_path("gan_2d"), Place::words("train --net small --steps 1"),
                                                 outputs.back()->path()));
  }
  for (const auto& p : programs) CHECK(p->wait() == 0);
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator(place.folder.path() / "runs")) {
    if (!entry.is_directory()) continue;
    names.insert(entry.path().filename());
    CHECK(last_step(content(entry.path() / "metrics.jsonl")) == 1);
  }
  CHECK(names.size() == 6);
  CHECK(names.contains("006-gan-ring"));
}

TEST_CASE("gan_2d table: a file of something else keeps it") {
  const Place place;
  std::ofstream(place.folder.path() / "notes.md") << "# Mine\n";
  check_refused(gan_2d(place, "table --net small --presets gan --steps 1 --seeds 1 --out notes.md"), 2,
                "holds something else");
  CHECK(content(place.folder.path() / "notes.md") == "# Mine\n");
}

TEST_CASE("gan_mnist: killed at any moment, a run has its report from the first evaluation on, and goes on") {
  const Place place;
  const std::string flags =
      "train --preset gan --data data --batch-size 16 --threads 1 --eval-every 3 --save-every 2 --log-every 1 "
      "--sample-every 3 "
      "--best precision --seed 5 --steps ";
  REQUIRE(place.run(flags + "40 --quiet --out whole").code == 0);
  const fs::path run = place.folder.path() / "run";
  const auto evaluated = [&] { return contains(content(run / "metrics.jsonl"), "precision"); };
  {
    Program program(program_path("gan_mnist"), Place::words(flags + "1000000 --out run"), place.folder.path());
    REQUIRE(eventually([&] { return fs::exists(run / "report.html"); }));
    CHECK(evaluated());
    program.signal(SIGKILL);
    program.wait();
  }
  for (int kill = 0; kill < 6; ++kill) {
    CAPTURE(kill);
    const std::string page = content(run / "report.html");
    CHECK(page.starts_with("<!DOCTYPE html>"));
    CHECK(page.ends_with("</html>\n"));
    std::ofstream(run / "metrics.jsonl", std::ios::app) << "{\"step\":99,\"d_lo";  // torn
    const std::int64_t step = models::load_checkpoint(models::latest_checkpoint(run / "checkpoints")->string()).step;
    Program program(program_path("gan_mnist"), {"train", "--resume", "run", "--steps", "1000000"}, place.folder.path());
    REQUIRE(eventually([&] { return last_step(content(run / "metrics.jsonl")) > step + kill; }));
    program.signal(SIGKILL);
    program.wait();
  }
  // What it has done is what an undisturbed run does.
  const std::string whole = content(place.folder.path() / "whole/metrics.jsonl");
  const std::string parts = content(run / "metrics.jsonl");
  const std::size_t common = std::min(whole.size(), parts.rfind('\n') + 1);
  CHECK(whole.substr(0, common) == parts.substr(0, common));
}

TEST_CASE("gan_mnist info: makes the report that is missing or older than what it shows") {
  const Place place;
  REQUIRE(place.train("--steps 2 --out run --eval-every -1 --quiet").code == 0);
  const fs::path report = place.folder.path() / "run/report.html";
  const std::string page = content(report);
  CHECK(contains(page, "r1 on data: 96 images"));
  fs::remove(report);
  const Outcome info = place.run("info run");
  CHECK_MESSAGE(info.code == 0, info.output);
  CHECK(contains(info.output, "report      run/report.html"));
  CHECK(content(report) == page);
  std::ofstream(report) << "old";
  fs::last_write_time(report, fs::last_write_time(place.folder.path() / "run/metrics.jsonl") - std::chrono::seconds(5));
  CHECK(place.run("info run").code == 0);
  CHECK(content(report) == page);
  std::ofstream(report) << "up to date";
  CHECK(place.run("info run").code == 0);
  CHECK(content(report) == "up to date");
  // A run that was killed before its first line.
  fs::remove(report);
  for (const char* file : {"metrics.jsonl", "description.txt", "env.json"})
    fs::remove(place.folder.path() / "run" / file);
  CHECK(place.run("info run").code == 0);
  CHECK(fs::exists(report));
  // An evaluation is seen on the page at once.
  REQUIRE(place.run("eval run --classifier pixels -n 10").code == 0);
  CHECK(contains(content(report), "<td>coverage</td>"));
}

TEST_CASE("gan_mnist: pictures and evaluations stay beside those of other flags") {
  const Place place;
  REQUIRE(place.train("--steps 2 --out run --quiet").code == 0);
  const fs::path samples = place.folder.path() / "run/samples";
  CHECK(contains(place.run("sample run").output, "run/samples/sample-seed1.png"));
  const std::string first = content(samples / "sample-seed1.png");
  CHECK(contains(place.run("sample run -n 9").output, "run/samples/sample-seed1-2.png"));
  CHECK(content(samples / "sample-seed1.png") == first);
  CHECK(contains(place.run("sample run").output, "run/samples/sample-seed1.png"));  // it is there already
  CHECK(contains(place.run("sample run -n 9").output, "run/samples/sample-seed1-2.png"));
  REQUIRE(place.run("train --resume run --steps 3 --quiet").code == 0);
  CHECK(contains(place.run("sample run").output, "run/samples/sample-seed1-3.png"));
  CHECK(content(samples / "sample-seed1.png") == first);
  CHECK(contains(place.run("inpaint run --image 1 --steps 1 --tries 1").output, "inpaint-seed1.png"));
  CHECK(contains(place.run("inpaint run --image 2 --steps 1 --tries 1").output, "inpaint-seed1-2.png"));
  check_refused(place.run("sample run --out data"), 2, "--out data is a folder");
  check_refused(place.run("inpaint run --out data"), 2, "--out data is a folder");

  REQUIRE(place.run("eval run --classifier pixels -n 10").code == 0);
  REQUIRE(place.run("eval run --classifier pixels -n 12 --against train").code == 0);
  const std::string all = content(place.folder.path() / "run/evals.jsonl");
  CHECK(std::count(all.begin(), all.end(), '\n') == 2);
  const auto latest = nlohmann::json::parse(content(place.folder.path() / "run/eval.json"));
  CHECK(latest.at("n") == 12);
  CHECK(nlohmann::json::parse(all.substr(0, all.find('\n'))).at("n") == 10);
  CHECK(nlohmann::json::parse(all.substr(all.find('\n') + 1)) == latest);
}

TEST_CASE("gan_mnist: a folder that is not a sweep's or a run's keeps what it has") {
  const Place place;
  const auto before = files_in(place.folder.path() / "data");
  check_refused(
      place.run("sweep --data data --batch-size 16 --steps 1 --grid lambda=1 --classifier pixels -n 8 --out data"), 2,
      "holds something else than a sweep");
  check_refused(place.train("--steps 1 --out data"), 2, "exists and is not empty");
  CHECK(files_in(place.folder.path() / "data") == before);
  std::ofstream(place.folder.path() / "file") << "mine";
  check_refused(place.run("sweep --data data --grid lambda=1 --out file"), 2, "file is no folder");
  check_refused(place.train("--steps 1 --out file"), 2, "file is no folder");
  CHECK(content(place.folder.path() / "file") == "mine");
  fs::copy(place.folder.path() / "data", place.folder.path() / "a_b");
  fs::create_directories(place.folder.path() / "a");
  fs::copy(place.folder.path() / "data", place.folder.path() / "a/b");
  check_refused(place.run("sweep --batch-size 16 --steps 1 --grid data=a/b,a_b --classifier pixels -n 8 --out s"), 2,
                "would run in one folder");
  check_refused(place.run("sweep --data data --grid lambda=1, --out t"), 2, "a value is missing");
  check_refused(place.run("sweep --data data --grid lambda=1 --seeds 1000000 --folds 1000 --out t"), 2,
                "more than a million");
  check_refused(place.run("sweep --data data --grid lambda=1 --seed 18446744073709551615 --seeds 2 --out t"), 2,
                "largest seed");
  CHECK_FALSE(place.has("t"));
}

TEST_CASE("gan_mnist: a folder that a run was killed in before its first file is as good as new") {
  const Place place;
  fs::create_directories(place.folder.path() / "run/samples");
  std::ofstream(place.folder.path() / "run/lock") << "12345\n";
  const Outcome outcome = place.train("--steps 1 --out run --quiet");
  CHECK_MESSAGE(outcome.code == 0, outcome.output);
}

TEST_CASE("gan_mnist: a run whose folder is taken away ends with exit 1 and says what it could not write") {
  const Place place;
  Program program(
      program_path("gan_mnist"),
      Place::words(
          "train --data data --preset gan --batch-size 16 --threads 1 --steps 100000000 --log-every 1 --out run"),
      place.folder.path());
  REQUIRE(eventually([&] { return !content(place.folder.path() / "run/metrics.jsonl").empty(); }));
  fs::rename(place.folder.path() / "run", place.folder.path() / "away");
  CHECK(program.wait(20) == 1);
  CHECK_MESSAGE(contains(program.output(), "gan_mnist: cannot "), program.output());
  CHECK_MESSAGE(contains(program.output(), "run/"), program.output());
  fs::rename(place.folder.path() / "away", place.folder.path() / "run");
  const auto latest = models::latest_checkpoint(place.folder.path() / "run/checkpoints");
  REQUIRE(latest);
  CHECK_NOTHROW(models::load_checkpoint(latest->string()));
}

TEST_CASE("gan_2d: a disk that is full is exit 1, with all that was written before") {
  const Place place;
  rlimit limit{};
  getrlimit(RLIMIT_FSIZE, &limit);
  const rlimit little{4096, limit.rlim_max};  // less than a picture, more than the settings
  setrlimit(RLIMIT_FSIZE, &little);
  const Outcome full = gan_2d(place, "train --net small --steps 4 --every 2 --out run");
  setrlimit(RLIMIT_FSIZE, &limit);
  check_refused(full, 1, "cannot write run/samples/step-00000002.png: File too large");
  CHECK(last_step(content(place.folder.path() / "run/metrics.jsonl")) == 2);
  CHECK(fs::exists(place.folder.path() / "run/config.toml"));
  CHECK(fs::is_empty(place.folder.path() / "run/samples"));
}
