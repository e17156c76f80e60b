// SPDX-License-Identifier: BSD-3-Clause
// gan_mnist with other players than G and D, and other samples than images: autoencoders, translation, inpainting, text
// and waves.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>

#include "gan_mnist_place.h"

using namespace xgrad;
using namespace xgrad::tests;
namespace fs = std::filesystem;

TEST_CASE("gan_mnist: runs of other families show what they make of real images") {
  const Place place;
  // 8 columns of 28 pixels, 2 between; the extents stand in the header, big-endian.
  const auto rows_of = [&](const std::string& picture) {
    const std::string png = content(place.folder.path() / picture);
    REQUIRE(png.size() > 24);
    CHECK(png.substr(16, 4) == std::string("\0\0\0\xf2", 4));
    const auto byte = [&](std::size_t i) { return static_cast<int>(static_cast<unsigned char>(png[i])); };
    return (byte(22) * 256 + byte(23) - 2) / 30;
  };
  const std::map<std::string, int> shown = {{"vae", 10}, {"vae-gan", 10}, {"cyclegan", 6}, {"inpaint", 3}};
  for (const auto& expected : shown) {
    const auto& preset = expected.first;
    CAPTURE(preset);
    const Outcome trained = place.train("--preset " + preset + " --steps 2 --out run-" + preset);
    CHECK_MESSAGE(trained.code == 0, trained.output);
    CHECK(rows_of("run-" + preset + "/samples/step-00000002.png") == expected.second);
    check_refused(place.train("--preset " + preset + " --n-critic 2 --steps 1"), 2, "has none");
    check_refused(place.run("sample run-" + preset + " --label 3"), 2, "was told none");
    CHECK(contains(place.run("info run-" + preset).output, "round       2"));
  }
  CHECK(place.run("sample run-vae -n 10 --interpolate").code == 0);
  CHECK(place.run("eval run-vae --classifier fashion -n 40").code == 0);

  // What is translated is written down, and drawn at random for a picture.
  CHECK(contains(content(place.folder.path() / "run-cyclegan/config.toml"), "from = \"inverted\"\n"));
  CHECK(place.run("sample run-cyclegan -n 10 --out translated.png").code == 0);
  CHECK(rows_of("translated.png") == 12);
  check_refused(place.run("sample run-cyclegan --interpolate"), 2, "makes samples of others");
  check_refused(place.run("eval run-cyclegan"), 2, "makes images of images");
  CHECK(place.train("--preset cyclegan --from data --steps 1 --out same").code == 0);
  check_refused(place.train("--preset cyclegan --from nowhere --steps 1"), 3, "nowhere");
  check_refused(place.train("--preset vae --from data --steps 1"), 2, "--from names what is to be translated");
}

TEST_CASE("gan_mnist inpaint: holes of test images, filled by a context encoder or by a search for z") {
  const Place place;
  REQUIRE(place.train("--preset inpaint --steps 2 --out encoder").code == 0);
  const Outcome encoded = place.run("inpaint encoder --image 3 --image 5 --out filled.png");
  CHECK_MESSAGE(encoded.code == 0, encoded.output);
  CHECK(contains(encoded.output, "Mean absolute error in the holes"));
  CHECK(content(place.folder.path() / "filled.png").starts_with("\x89PNG"));
  check_refused(place.run("inpaint encoder --hole 0.3"), 2, "learnt one hole only");
  check_refused(place.run("inpaint encoder --image 96"), 2, "0 to 95");

  for (const std::string preset : {"r1", "pacgan2", "cgan", "dcgan"}) {
    CAPTURE(preset);
    REQUIRE(place.train("--preset " + preset + " --steps 2 --out gan").code == 0);
    const std::string command = "inpaint gan --image 3 --steps 3 --tries 2 --hole 0.3";
    const Outcome searched = place.run(command + " --out a.png");
    CHECK_MESSAGE(searched.code == 0, searched.output);
    CHECK(place.run(command + " --out b.png").code == 0);
    CHECK(content(place.folder.path() / "a.png") == content(place.folder.path() / "b.png"));
    fs::remove_all(place.folder.path() / "gan");
  }
  REQUIRE(place.train("--preset vae --steps 1 --out vae").code == 0);
  check_refused(place.run("inpaint vae"), 2, "is neither");
}

TEST_CASE("gan_mnist: text is read by lines, waves are heard and seen") {
  const Place place;
  std::ofstream story(place.folder.path() / "story.txt");
  for (int i = 0; i < 400; ++i) story << "the cat sat on mat number " << i << " & slept. ";
  story.close();
  const std::string short_run = " --batch-size 8 --n-critic 1 --threads 1 --steps 2 --log-every 1 --quiet --out ";
  const Outcome text = place.run("train --preset wgan-gp-text --data story.txt" + short_run + "text");
  CHECK_MESSAGE(text.code == 0, text.output);
  CHECK(contains(text.output, "text/samples/step-00000002.txt"));
  const std::string lines = content(place.folder.path() / "text/samples/step-00000002.txt");
  CHECK(std::count(lines.begin(), lines.end(), '\n') == 64);
  CHECK(lines.size() == 64 * 33);
  CHECK(lines.find_first_not_of(" &.0123456789abcehlmnoprstu\n") == std::string::npos);
  CHECK(contains(content(place.folder.path() / "text/report.html"),
                 "<pre class=\"text\">" + lines.substr(0, lines.find('&'))));
  CHECK(contains(content(place.folder.path() / "text/env.json"), "story.txt"));
  CHECK(place.run("sample text -n 10 --seed 4 --out ten.txt").code == 0);
  CHECK(content(place.folder.path() / "ten.txt").size() == 10 * 33);

  const Outcome waves = place.run("train --preset wavegan" + short_run + "waves");
  CHECK_MESSAGE(waves.code == 0, waves.output);
  CHECK(contains(waves.output, "waves/samples/step-00000002.wav"));
  CHECK(content(place.folder.path() / "waves/samples/step-00000002.wav").size() == 44 + 64 * 2 * (1024 + 128));
  CHECK(content(place.folder.path() / "waves/samples/step-00000002.png").starts_with("\x89PNG"));
  CHECK(contains(content(place.folder.path() / "waves/report.html"), "src=\"data:audio/wav;base64,UklGR"));  // "RIFF"
  CHECK(contains(content(place.folder.path() / "waves/config.toml"), "data = \"tones\"\n"));
  CHECK(contains(place.run("sample waves --interpolate").output, "waves/samples/interpolation-seed1.wav"));
  CHECK(place.has("waves/samples/interpolation-seed1.png"));

  const Outcome strings = place.run("eval text -n 50");
  CHECK_MESSAGE(strings.code == 0, strings.output);
  for (const char* figure : {"js1", "js2", "js3", "js4", "trained on"}) CHECK(contains(strings.output, figure));
  const Outcome heard = place.run("eval waves -n 50");
  CHECK_MESSAGE(heard.code == 0, heard.output);
  const std::string written = content(place.folder.path() / "waves/eval.json");
  for (const char* figure : {"pitch", "level", "purity"}) CHECK(contains(written, '"' + std::string(figure) + '"'));
  std::ofstream(place.folder.path() / "story.txt") << std::string(300, 'x');
  check_refused(place.run("eval text"), 3, "too short a text for windows to be held back");

  check_refused(place.run("train --preset wgan-gp-text --data fashion"), 2, "take gpl-3 or a text file");
  check_refused(place.run("train --preset wavegan --data gpl-3"), 2, "take tones or a folder of WAV files");
  check_refused(place.run("train --preset r1 --data tones"), 2, "take fashion or a folder with the four IDX files");
  check_refused(place.run("train --preset r1 --net wavegan --data data"), 3, "nor a folder with WAV files");
  check_refused(place.run("train --preset wgan-gp-text --data data"), 3, "nor a text file");
  std::ofstream(place.folder.path() / "binary") << std::string(100, '\0');
  check_refused(place.run("train --preset wgan-gp-text --data binary"), 3, "no text");
  check_refused(place.run("train --preset wavegan --labels concat --steps 1"), 2, "the samples have no classes");
}
