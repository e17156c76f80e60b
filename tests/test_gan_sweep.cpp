// SPDX-License-Identifier: BSD-3-Clause
// gan_mnist sweep: its table against results by hand, resumption, broken and diverging runs, interruption.
#include <doctest/doctest.h>

#include <cmath>
#include <cstdio>
#include <map>
#include <sstream>
#include <string>

#include <nlohmann/json.hpp>

#include <xgrad/models/run/checkpoint.h>
#include <xgrad/models/run/folder_lock.h>
#include <xgrad/nn/safetensors.h>

#include "gan_mnist_place.h"

using namespace xgrad;
using namespace xgrad::tests;
using doctest::Approx;
using nlohmann::json;

namespace {

const std::string common =
    "sweep --data data --batch-size 16 --steps 3 --classifier pixels -n 8 --log-every 1 --out s ";

std::map<std::string, json> results(const Place& place) {
  std::map<std::string, json> all;
  std::istringstream lines(content(place.folder.path() / "s/results.jsonl"));
  for (std::string line; std::getline(lines, line);) {
    const json entry = json::parse(line, nullptr, false);
    if (entry.is_object()) all[entry.at("run")] = entry;
  }
  return all;
}

}  // namespace

TEST_CASE("gan_mnist sweep: the table has the mean of all folds and seeds with Student's interval") {
  const Place place;
  const std::string command = common + "--preset r1 --grid lambda=0.5,2 --folds 2 --seeds 2 ";
  const Outcome outcome = place.run(command);
  REQUIRE_MESSAGE(outcome.code == 0, outcome.output);
  const auto all = results(place);
  REQUIRE(all.size() == 8);
  for (const char* point : {"lambda=0.5", "lambda=2"}) {
    double sum = 0.0;
    double squares = 0.0;
    for (const char* rest : {" seed=1 fold=1", " seed=1 fold=2", " seed=2 fold=1", " seed=2 fold=2"}) {
      const double value = all.at(point + std::string(rest)).at("figures").at("mmd2");
      sum += value;
      squares += value * value;
    }
    const double mean = sum / 4;
    const double half = 3.182446305 * std::sqrt((squares - sum * mean) / 3 / 4);  // t of 3 degrees, 97.5 %
    std::string line;
    std::istringstream csv(content(place.folder.path() / "s/table.csv"));
    while (std::getline(csv, line) && !line.starts_with(std::string(point) + ",4,0,mmd2,")) {
    }
    double got_mean = 0.0;
    double got_half = 0.0;
    REQUIRE(std::sscanf(line.substr(line.find("mmd2,")).c_str(), "mmd2,%lf,%lf,4", &got_mean, &got_half) == 2);
    CHECK(got_mean == Approx(mean).epsilon(1e-6));
    CHECK(got_half == Approx(half).epsilon(1e-5));
  }
  CHECK(contains(outcome.output, "| lambda=2 | 4 |"));
  CHECK(contains(outcome.output, "| real images |"));
  // Both points in each of the panels MMD, 1-NN, precision, recall, density, coverage, seconds.
  const std::string picture = content(place.folder.path() / "s/plot.svg");
  std::size_t means = 0;
  for (std::size_t at = 0; (at = picture.find("class=\"mean\"", at)) != std::string::npos; ++at) ++means;
  CHECK(means == 2 * 7);
  CHECK(!contains(picture, "nan"));
  CHECK(contains(content(place.folder.path() / "s/runs/lambda=2_seed=2_fold=1/config.toml"), "hold-out = \"1/2\""));
  CHECK(!place.has("s/runs/lambda=2_seed=2_fold=1/checkpoints"));

  // Killed in the middle of its third line, with a fourth run begun, the sweep goes on and ends with the same figures.
  const std::string text = content(place.folder.path() / "s/results.jsonl");
  std::size_t end = 0;
  for (int i = 0; i < 2; ++i) end = text.find('\n', end) + 1;
  std::ofstream(place.folder.path() / "s/results.jsonl", std::ios::binary) << text.substr(0, end + 20);
  const Outcome again = place.run(command);
  CHECK_MESSAGE(again.code == 0, again.output);
  CHECK(contains(again.output, "2 of 8 runs are done already"));
  const auto repeated = results(place);
  REQUIRE(repeated.size() == 8);
  for (const auto& before : all) {
    const std::string& run = before.first;
    CAPTURE(run);
    for (const auto& [name, value] : before.second.at("figures").items()) {
      if (name != "seconds_per_epoch") CHECK(repeated.at(run).at("figures").at(name) == value);
    }
  }
  // A grid may grow; other flags are another sweep.
  const Outcome more = place.run(common + "--preset r1 --grid lambda=0.5,2,4 --folds 2 --seeds 1 ");
  CHECK_MESSAGE(more.code == 0, more.output);
  CHECK(results(place).size() == 10);
  check_refused(place.run(common + "--preset r2 --grid lambda=0.5 --folds 2"), 2, "take another --out");
}

TEST_CASE("gan_mnist sweep: a run that diverges is a result") {
  const Place place;
  const Outcome outcome = place.run(common + "--preset wgan-gp --grid lr=1e-4,1e30 --jobs 1");
  CHECK_MESSAGE(outcome.code == 0, outcome.output);
  CHECK(contains(outcome.output, "| lr=1e30 | 1, 1 diverged |"));
  CHECK(results(place).at("lr=1e30 seed=1").at("diverged") == true);
  CHECK(place.run(common + "--preset wgan-gp --grid lr=1e-4,1e30").code == 0);  // and is not tried again
}

TEST_CASE("gan_mnist sweep: a mistake is told before anything runs") {
  const Place place;
  check_refused(place.run(common + "--grid lamda=1"), 2, "did you mean \"lambda\"?");
  check_refused(place.run(common), 2, "a sweep needs a grid");
  check_refused(place.run(common + "--grid lambda=1,,2"), 2, "a value is missing");
  check_refused(place.run(common + "--grid lambda=1,1"), 2, "1 is there twice");
  check_refused(place.run(common + "--grid lambda=1 --lambda 2"), 2, "--lambda is given twice");
  check_refused(place.run(common + "--grid preset=r1,gan --lambda 2"), 2, "preset=gan: --lambda");
  check_refused(place.run(common + "--grid lr=fast"), 2, "lr=fast");
  check_refused(place.run(common + "--grid lambda=1 --folds 1"), 2, "--folds must be 2 or more");
  check_refused(place.run(common + "--grid seed=1,2"), 2, "unknown flag \"seed\"");
  check_refused(place.run(common + "--grid lambda=1 --minutes nan"), 2, "--minutes is nan, but must be");
  check_refused(place.run(common + "--grid lambda=1 --minutes inf"), 2, "--minutes is inf, but must be");
  check_refused(place.run(common + "--grid lambda=1 --hold-out 1/2"), 2, "give their number by --folds");
  check_refused(place.run(common + "--grid lambda=1 --jobs -2"), 2, "--jobs is -2, but must be");
  check_refused(place.run("sweep --data data --grid lambda=1 -n -3 --out s"), 2, "--number is -3, but must be");
  CHECK_FALSE(place.has("s"));
  // What only the run can know ends the sweep too.
  check_refused(place.run(common + "--grid batch-size=16"), 2, "is given twice");
  check_refused(place.run("sweep --data data --steps 2 --out s --grid batch-size=1000"), 2, "batch-size is 1000");
  check_refused(place.run("sweep --data nowhere --steps 2 --out t --grid lambda=1"), 3, "'nowhere' is neither");
}

TEST_CASE("gan_mnist sweep: interrupted, it ends its runs, and the same command goes on") {
  const Place place;
  const std::string command =
      "sweep --data data --batch-size 16 --classifier pixels -n 8 --log-every 1 --save-every 1 "
      "--out s --grid preset=gan,r1 --jobs 2 --steps 1000000";
  Program program(program_path("gan_mnist"), Place::words(command), place.folder.path());
  const fs::path runs = place.folder.path() / "s/runs";
  const auto begun = [&] {
    return !content(runs / "preset=gan_seed=1/metrics.jsonl").empty() &&
           !content(runs / "preset=r1_seed=1/metrics.jsonl").empty();
  };
  for (int i = 0; i < 4000 && !begun(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  REQUIRE(begun());
  check_refused(place.run(command), 1, "in use by process");
  program.signal(SIGTERM);
  CHECK(program.wait(20) == 130);
  CHECK(contains(program.output(), "Interrupted after 0 of 2 runs"));
  for (const char* run : {"preset=gan_seed=1", "preset=r1_seed=1"}) {
    CHECK_NOTHROW(models::FolderLock(runs / run));  // nobody is there any more
    const auto latest = models::latest_checkpoint(runs / run / "checkpoints");
    REQUIRE(latest);
    CHECK(models::load_checkpoint(latest->string()).step > 0);
  }
}

TEST_CASE("gan_mnist: the best checkpoint is the one that was measured best, and can be drawn from") {
  const Place place;
  REQUIRE(place.train("--steps 8 --eval-every 2 --save-every 100 --best coverage --lr 1e-3 --out run").code == 0);
  double best = -1.0;
  std::int64_t at = 0;
  int evaluations = 0;
  std::istringstream lines(content(place.folder.path() / "run/metrics.jsonl"));
  for (std::string line; std::getline(lines, line);) {
    const json entry = json::parse(line);
    if (!entry.contains("coverage")) continue;
    ++evaluations;
    if (entry.at("coverage") > best) best = entry.at("coverage"), at = entry.at("step");
  }
  CHECK(evaluations == 4);
  const std::string file = (place.folder.path() / "run/checkpoints/best.safetensors").string();
  CHECK(models::load_checkpoint(file).step == at);
  CHECK(std::stod(nn::load_safetensors(file).metadata.at("score")) == Approx(-best));
  const std::string round = "after round " + std::to_string(at) + " against";
  const Outcome measured = place.run("eval run --best --classifier pixels -n 20");
  CHECK_MESSAGE(contains(measured.output, round), measured.output);
  CHECK(place.run("sample run --best").code == 0);
  REQUIRE(place.train("--steps 1 --best none --out none").code == 0);
  check_refused(place.run("eval none --best --classifier pixels"), 2, "has kept no best checkpoint");
}

TEST_CASE("gan_mnist: --minutes ends a run by time, whole and measured") {
  for (const std::string clock : {"", "--processor-time "}) {
    CAPTURE(clock);
    const Place place;
    const Outcome outcome = place.train("--minutes 0.003 " + clock + "--classifier pixels --measure 10 --out run");
    CHECK_MESSAGE(outcome.code == 0, outcome.output);
    const json timing = json::parse(content(place.folder.path() / "run/timing.json"));
    CHECK(timing.at("seconds") >= 0.18);
    CHECK(timing.at("rounds") > 0);
    CHECK(timing.at("seconds_per_epoch").get<double>() ==
          Approx(timing.at("seconds").get<double>() / timing.at("rounds").get<double>() * 6));
    CHECK(json::parse(content(place.folder.path() / "run/eval.json")).at("round") == timing.at("rounds"));
  }
}
