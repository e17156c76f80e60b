// SPDX-License-Identifier: BSD-3-Clause
// The program gan_mnist as a user meets it: suggestions, run folders, resumption, samples and figures.
#include <doctest/doctest.h>

#include <map>
#include <string>

#include <nlohmann/json.hpp>

#include "gan_mnist_place.h"

using namespace xgrad;
using namespace xgrad::tests;
namespace fs = std::filesystem;

TEST_CASE("gan_mnist: help teaches") {
  const Place place;
  const Outcome help = place.run("--help");
  CHECK(help.code == 0);
  for (const char* word : {"train", "sample", "info", "Examples:", "Exit codes"}) CHECK(contains(help.output, word));
  CHECK(contains(place.run("train --help").output, "--batch-size"));
  CHECK(contains(place.run("--version").output, "gan_mnist "));
  const Outcome machine = place.run("info --machine");
  CHECK(machine.code == 0);
  for (const char* line : {"processor ", "kernels ", "matrix products ", "BLAS core ", "oneDNN ", "threads "}) {
    CHECK(contains(machine.output, line));
  }
  const Outcome presets = place.run("info --presets");
  CHECK(presets.code == 0);
  for (const char* word : {"gan-minimax", "wgan-gp", "dragan", "atgp", "E||grad_z D(G(z))||^2",
                           "simultaneous, an update from 4", "8 rounds with the pairing and 8 without"}) {
    CHECK(contains(presets.output, word));
  }
}

TEST_CASE("gan_mnist: a mistake in flags is exit 2 with a suggestion and no run folder") {
  const Place place;
  check_refused(place.train("--epoch 3"), 2, "did you mean \"--epochs\"?");
  check_refused(place.run("--epoch 3"), 2, "did you mean \"--epochs\"?");
  check_refused(place.train("--preset wgangp"), 2, "did you mean \"wgan-gp\"?");
  check_refused(place.train("--net mpl"), 2, "did you mean \"mlp\"?");
  check_refused(place.run("trian"), 2, "did you mean \"train\"?");
  check_refused(place.train("extra"), 2, "unexpected argument extra");
  check_refused(place.train("--lr fast"), 2, "--lr");
  check_refused(place.train("--lr -1"), 2, "--lr");
  check_refused(place.train("--batch-size 0"), 2, "--batch-size");
  check_refused(place.train("--seed -1"), 2,
                "--seed is -1, but must be a whole decimal number from 0 to 18446744073709551615");
  check_refused(place.train("--seed 18446744073709551616"), 2, "--seed is 18446744073709551616, but must be");
  check_refused(place.train("--batch-size 97"), 2, "--batch-size");
  check_refused(place.train("--steps 0"), 2, "--steps");
  check_refused(place.train("--steps 3 --epochs 1"), 2, "--epochs");
  check_refused(place.train("--preset gan --lambda 3"), 2, "preset \"gan\" has none");
  check_refused(place.train("--preset gan --penalty-every 3"), 2, "preset \"gan\" has none");
  check_refused(place.train("--penalty-every 0"), 2,
                "--penalty-every is 0, but must be a whole decimal number from 1 to 2147483647");
  check_refused(place.train("--accumulate -1"), 2, "--accumulate is -1, but must be a whole decimal number from 0");
  check_refused(place.train("--preset gcdg --paired-rounds 0"), 2,
                "--paired-rounds is 0, but must be a whole decimal number from 1");
  check_refused(place.train("--preset gan --paired-rounds 3"), 2, "a pairing, and preset \"gan\" has none");
  check_refused(place.train("--average 1"), 2,
                "--average is 1, but must be a decimal number of at least 0 and below 1");
  check_refused(place.train("--best fidd"), 2, "unknown figure \"fidd\"");
  check_refused(place.train("--best mmd2 --eval-every -1"), 2, "see --eval-every");
  check_refused(place.train("--hold-out 3/2"), 2, "names no fold");
  check_refused(place.train("--minutes 0"), 2, "--minutes is 0, but must be a decimal number above 0");
  check_refused(place.train("--epochs 9223372036854775807"), 2, "so few that their rounds can be counted");
  check_refused(place.train("--n-critic 65536 --accumulate 65536"), 2, "so few that a round's batches");
  check_refused(place.train("--measure -5"), 2, "--measure is -5, but must be a whole");
  check_refused(place.train("--measure 8"), 2, "--classifier fashion or mnist");  // not only when all is trained
  check_refused(place.train("--measure 8 --classifier pixle"), 2, "there is no classifier for \"pixle\"");
  check_refused(place.train("--measure 49 --classifier pixels"), 2, "-n must be 6 to 48");
  check_refused(place.train("--preset cyclegan --measure 8 --classifier pixels"), 2, "makes images of images");
  check_refused(place.train("--config data"), 2, "this is a folder");
  check_refused(place.train("--pac 0"), 2, "--pac is 0, but must be a whole decimal number from 1");
  check_refused(place.train("--pac 3"), 2, "--pac 3 does not divide batches of 16; take --batch-size 15 or 18");
  check_refused(place.run("train --resume nowhere"), 2, "nowhere");
  check_refused(place.run("sample nowhere"), 2, "nowhere");
  check_refused(place.run("info"), 2, "--presets");
  CHECK_FALSE(place.has("runs"));
}

TEST_CASE("gan_mnist: a mistake in the config file is exit 2 with a suggestion and no run folder") {
  const Place place;
  const auto with = [&](const std::string& text) {
    std::ofstream(place.folder.path() / "config.toml") << text;
    return place.train("--config config.toml");
  };
  check_refused(with("epoch = 3\n"), 2, "did you mean \"epochs\"?");
  check_refused(with("[train]\nepochs = 3\n"), 2, "[train]");
  check_refused(with("lr = fast\n"), 2, "lr");
  check_refused(with("steps = 3\nlr = 1\nsteps = 3\n"), 2, "line 3: \"steps = 3\" is no TOML");
  check_refused(with("steps = 3\nepochs = 4\n"), 2, "two lengths");
  check_refused(with("preset = \"wgn\"\n"), 2, "did you mean \"wgan\"?");
  check_refused(with("out = \"elsewhere\"\n"), 2, "unknown key \"out\"");
  check_refused(place.train("--config nowhere.toml"), 2, "nowhere.toml");
  CHECK_FALSE(place.has("runs"));
}

TEST_CASE("gan_mnist: data missing or corrupt are exit 3") {
  const Place place;
  check_refused(place.run("train --data nowhere --steps 1"), 3, "nowhere");
  const fs::path images = place.folder.path() / "data" / "train-images-idx3-ubyte";
  fs::resize_file(images, 1000);
  check_refused(place.train("--steps 1"), 3, "train-images-idx3-ubyte");
  CHECK_FALSE(place.has("runs"));
}

TEST_CASE("gan_mnist: --dry-run tells the plan and makes nothing") {
  const Place place;
  const Outcome dry = place.train("--preset wgan-gp --epochs 2 --dry-run");
  CHECK(dry.code == 0);
  CHECK(contains(dry.output, "wgan-gp on data: 96 images of 28x28"));
  CHECK(contains(dry.output, "2 rounds, 1 an epoch; 5 updates of D"));
  const Outcome packed = place.train("--pac 4 --accumulate 3 --penalty-every 16 --dry-run");
  CHECK(contains(packed.output, "16 times as much in one update in 16"));
  CHECK(contains(packed.output, "batches of 3 x 16 in packs of 4"));
  const Outcome epoch = place.train("--preset gean --accumulate 0 --epochs 5 --dry-run");
  CHECK(contains(epoch.output, "simultaneous, an update from 6 batches"));
  CHECK(contains(epoch.output, "5 rounds, 1 an epoch"));
  const Outcome paired = place.train("--preset gcdg --paired-rounds 3 --standard-rounds 5 --dry-run");
  CHECK(contains(paired.output, "alternating, 3 rounds with the pairing and 5 without"));
  CHECK_FALSE(place.has("runs"));
}

TEST_CASE("gan_mnist: a run leaves its folder, and its config repeats it") {
  const Place place;
  const Outcome first = place.train("--preset r1 --steps 7 --lambda 0.5 --seed 3 --log-every 2");
  CHECK_MESSAGE(first.code == 0, first.output);
  CHECK(contains(first.output, "runs/001-r1-data/samples/step-00000007.png"));
  const fs::path run = place.folder.path() / "runs" / "001-r1-data";
  for (const char* file : {"config.toml", "env.json", "metrics.jsonl", "samples/step-00000000.png",
                           "samples/step-00000007.png", "checkpoints/step-00000007.safetensors"}) {
    CAPTURE(file);
    CHECK(fs::exists(run / file));
  }
  const std::string report = content(run / "report.html");
  CHECK(
      contains(report, "alt=\"samples after round 7\" src=\"data:image/png;base64,iVBORw0KGgo"));  // the PNG signature
  CHECK(contains(report, "title=\"samples after round 0\" hidden"));
  CHECK(contains(report, "type=\"range\""));
  CHECK(!contains(report, "src=\"samples/"));  // the page is whole without its folder
  CHECK(content(run / "samples/step-00000007.png").starts_with("\x89PNG"));
  CHECK(contains(content(run / "config.toml"), "lambda = 0.5\n"));

  const Outcome again = place.run("train --config runs/001-r1-data/config.toml --quiet");
  CHECK_MESSAGE(again.code == 0, again.output);
  const fs::path repeated = place.folder.path() / "runs" / "002-r1-data";
  for (const char* file :
       {"config.toml", "metrics.jsonl", "samples/step-00000007.png", "checkpoints/step-00000007.safetensors"}) {
    CAPTURE(file);
    CHECK(content(run / file) == content(repeated / file));
  }
}

TEST_CASE("gan_mnist: --profile tells where the time went, in the terminal and in the run") {
  const Place place;
  const Outcome first = place.train("--preset gan --steps 3 --profile");
  CHECK_MESSAGE(first.code == 0, first.output);
  CHECK(contains(first.output, "Linear(784, 256)"));
  const fs::path run = place.folder.path() / "runs" / "001-gan-data";
  CHECK(contains(first.output, content(run / "profile.txt")));
  CHECK(contains(content(run / "trace.json"), "\"traceEvents\""));
}

TEST_CASE("gan_mnist: 40 rounds are 20 and 20 more after --resume, byte for byte") {
  const Place place;
  const std::string packed = " --pac 2 --accumulate 2 --penalty-every 3";
  const std::map<std::string, std::string> flags = {{"gan", ""},     {"wgan-gp", packed},         {"cgan", ""},
                                                    {"gcdg", ""},    {"gean", " --accumulate 0"}, {"vae-gan", ""},
                                                    {"cyclegan", ""}};
  for (const auto& [preset, own] : flags) {
    const std::string common = "--preset " + preset + " --log-every 5 --quiet " + own + " ";
    REQUIRE(place.train(common + "--steps 40 --out whole-" + preset).code == 0);
    REQUIRE(place.train(common + "--steps 20 --out parts-" + preset).code == 0);
    const Outcome resumed = place.run("train --resume parts-" + preset + " --steps 40 --quiet");
    CHECK_MESSAGE(resumed.code == 0, resumed.output);
    for (const std::string file : {"config.toml", "metrics.jsonl", "samples/step-00000040.png",
                                   "checkpoints/step-00000040.safetensors", "checkpoints/best.safetensors"}) {
      CAPTURE(file);
      CHECK(content(place.folder.path() / ("whole-" + preset) / file) ==
            content(place.folder.path() / ("parts-" + preset) / file));
    }
  }
  // Killed before its first checkpoint, a run begins anew.
  fs::remove_all(place.folder.path() / "parts-gan" / "checkpoints");
  REQUIRE(place.run("train --resume parts-gan --quiet").code == 0);
  CHECK(content(place.folder.path() / "whole-gan/metrics.jsonl") ==
        content(place.folder.path() / "parts-gan/metrics.jsonl"));
  check_refused(place.run("train --resume whole-gan --lr 1"), 2, "--lr cannot be changed");
  check_refused(place.run("train --resume whole-gan --out there"), 2, "--out");
}

TEST_CASE("gan_mnist: a run is not resumed with fewer rounds than it has, nor with other data") {
  const Place place;
  REQUIRE(place.train("--steps 3 --out run --quiet").code == 0);
  const auto file = [&](const char* name) { return content(place.folder.path() / name); };
  const std::string config = file("run/config.toml");
  const std::string timing = file("run/timing.json");
  check_refused(place.run("train --resume run --steps 2"), 2, "has done 3 rounds already, and 2 in all are asked for");
  CHECK(file("run/config.toml") == config);
  CHECK(place.run("train --resume run").code == 0);  // there is nothing to do
  CHECK(file("run/timing.json") == timing);

  std::fstream images(place.folder.path() / "data/train-images-idx3-ubyte", std::ios::in | std::ios::out);
  images.seekp(100);
  images.put('!');
  images.close();
  const std::string environment = file("run/env.json");
  check_refused(place.run("train --resume run --steps 4"), 3, "train-images-idx3-ubyte is not what the run was begun");
  CHECK(file("run/env.json") == environment);
}

TEST_CASE("gan_mnist: nothing that is printed goes into a file when the standard streams are closed") {
  const Place place;
  const auto run = [&](const std::string& out, const std::string& streams) {
    const std::string command = "cd " + place.folder.path().string() + " && " + program_path("gan_mnist") +
                                " train --data data --batch-size 16 --threads 1 --steps 2 --log-every 1 --out " + out;
    return WEXITSTATUS(std::system((command + streams).c_str()));
  };
  REQUIRE(run("open", " > /dev/null") == 0);
  CHECK(run("closed", " <&- >&- 2>&-") == 0);
  for (const char* name : {"metrics.jsonl", "config.toml", "checkpoints/step-00000002.safetensors"}) {
    CAPTURE(name);
    CHECK(content(place.folder.path() / "closed" / name) == content(place.folder.path() / "open" / name));
  }
}

TEST_CASE("gan_mnist: what cannot be said is a failure") {
  const Place place;
  const int code = std::system(
      (program_path("gan_mnist") + " info --presets > /dev/full 2> " + place.folder.file("errors")).c_str());
  CHECK(WEXITSTATUS(code) == 1);
  CHECK(contains(content(place.folder.path() / "errors"), "standard output"));
}

TEST_CASE("gan_mnist: the number of threads changes no bit") {
  const Place place;
  for (const std::string threads : {"1", "2", "3"}) {
    const std::string common = "train --data data --batch-size 96 --preset wgan-gp --steps 4 --quiet ";
    REQUIRE(place.run(common + "--threads " + threads + " --out run" + threads).code == 0);
  }
  const auto saved = [&](const char* run) {
    return content(place.folder.path() / run / "checkpoints/step-00000004.safetensors");
  };
  CHECK(saved("run1") == saved("run2"));
  CHECK(saved("run1") == saved("run3"));
}

TEST_CASE("gan_mnist: sampling a run") {
  const Place place;
  REQUIRE(place.train("--steps 2 --out run").code == 0);
  CHECK(place.run("sample run -n 10 --seed 4 --out a.png").code == 0);
  CHECK(place.run("sample run -n 10 --seed 4 --out b.png").code == 0);
  CHECK(place.run("sample run -n 10 --seed 5 --out c.png").code == 0);
  CHECK(content(place.folder.path() / "a.png").starts_with("\x89PNG"));
  CHECK(content(place.folder.path() / "a.png") == content(place.folder.path() / "b.png"));
  CHECK(content(place.folder.path() / "a.png") != content(place.folder.path() / "c.png"));
  CHECK(contains(place.run("sample run --interpolate").output, "run/samples/interpolation-seed1.png"));
  const Outcome info = place.run("info run");
  CHECK(info.code == 0);
  CHECK(contains(info.output, "round       2"));
}

TEST_CASE("gan_mnist: a run with labels shows a row for each, and draws the one asked for") {
  const Place place;
  for (const std::string preset : {"cgan", "cgan-projection --net dcgan28"}) {
    const Outcome trained = place.train("--preset " + preset + " --steps 2 --out run");
    CHECK_MESSAGE(trained.code == 0, trained.output);
    CHECK(contains(trained.output, "told 10 labels by "));
    // 10 rows of 8 images of 28 pixels, 2 between: the extents stand in the header, big-endian.
    const std::string picture = content(place.folder.path() / "run/samples/step-00000002.png");
    CHECK(picture.substr(16, 8) == std::string("\0\0\0\xf2\0\0\x01\x2e", 8));
    CHECK(place.run("sample run --label 3 --out three.png").code == 0);
    CHECK(place.run("sample run --label 4 --out four.png").code == 0);
    CHECK(content(place.folder.path() / "three.png") != content(place.folder.path() / "four.png"));
    CHECK(contains(place.run("sample run --label 3 --interpolate").output, "interpolation-label3-seed1.png"));
    check_refused(place.run("sample run --label 10"), 2, "--label is 10, but the classes are 0 to 9");
    fs::remove_all(place.folder.path() / "run");
  }
  REQUIRE(place.train("--steps 1 --out plain").code == 0);
  check_refused(place.run("sample plain --label 3"), 2, "train one with --preset cgan");
  check_refused(place.train("--labels projetion"), 2, "did you mean \"projection\"?");
  REQUIRE(place.train("--preset wgan-gp --labels projection --steps 1 --out told").code == 0);
  CHECK(place.run("sample told --label 3").code == 0);
}

TEST_CASE("gan_mnist eval: every figure beside that of real images, written into the run") {
  const Place place;
  REQUIRE(place.train("--steps 2 --out run").code == 0);
  check_refused(place.run("eval run"), 2, "--classifier fashion or mnist");
  check_refused(place.run("eval run --against tests --classifier pixels"), 2, "unknown set of images");
  check_refused(place.run("eval run --classifier fashion -n 49"), 2, "-n must be 6 to 48");
  check_refused(place.run("eval nowhere"), 2, "nowhere");
  const Outcome outcome = place.run("eval run --classifier fashion -n 40");
  CHECK_MESSAGE(outcome.code == 0, outcome.output);
  const std::string written = content(place.folder.path() / "run/eval.json");
  for (const char* figure : {"fid", "kid", "mmd2", "precision", "recall", "density", "coverage", "nearest_accuracy",
                             "classifier_score", "classes", "pixel_distance"}) {
    CHECK_MESSAGE(contains(outcome.output, figure), figure);
    CHECK_MESSAGE(contains(written, '"' + std::string(figure) + '"'), figure);
  }
  CHECK(contains(written, "classifier_sha256"));
  const auto critic = nlohmann::json::parse(written).at("critic");
  const auto& logit = critic.at("logit");
  CHECK(critic.at("gap").get<double>() ==
        doctest::Approx(logit.at("train").get<double>() - logit.at("generated").get<double>()));
  for (const char* set : {"train", "unseen", "generated", "between"}) {
    const auto& slope = critic.at("slope").at(set);
    CHECK(slope.at("q05") <= slope.at("median"));
    CHECK(slope.at("median") <= slope.at("q95"));
    CHECK(slope.at("mean") > 0.0);
  }

  REQUIRE(place.train("--preset cgan --steps 2 --out told").code == 0);
  CHECK(place.run("eval told --classifier mnist -n 20").code == 0);
}
