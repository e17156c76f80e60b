// SPDX-License-Identifier: BSD-3-Clause
// The program gan_mnist on data that are not quite MNIST: images that are not square, files that are missing or few,
// labels that training did not have.
#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <vector>

#include <xgrad/models/network.h>
#include <xgrad/models/preset.h>

#include "gan_mnist_place.h"
#include "picture.h"

using namespace xgrad;
using namespace xgrad::tests;
namespace fs = std::filesystem;

namespace {

struct Split {
  std::string name;
  std::uint32_t count = 0;
  std::uint32_t height = 28;
  std::uint32_t width = 28;
  std::uint32_t classes = 10;
};

std::string big_endian(std::uint32_t n) {
  return {static_cast<char>(n >> 24), static_cast<char>(n >> 16), static_cast<char>(n >> 8), static_cast<char>(n)};
}

// Images with a black left half and a white right half.
void write_images(const fs::path& folder, const Split& split) {
  const auto [name, n, height, width, classes] = split;
  const std::string row = std::string(width / 2, '\0') + std::string(width - width / 2, '\xff');
  std::string images = big_endian(0x0803) + big_endian(n) + big_endian(height) + big_endian(width);
  std::string labels = big_endian(0x0801) + big_endian(n);
  for (std::uint32_t i = 0; i < n; ++i) {
    for (std::uint32_t y = 0; y < height; ++y) images += row;
    labels += static_cast<char>(i % classes);
  }
  fs::create_directories(folder);
  std::ofstream(folder / (name + "-images-idx3-ubyte"), std::ios::binary) << images;
  std::ofstream(folder / (name + "-labels-idx1-ubyte"), std::ios::binary) << labels;
}

void write_both(const fs::path& folder, std::uint32_t height, std::uint32_t width) {
  write_images(folder, {.name = "train", .count = 80, .height = height, .width = width});
  write_images(folder, {.name = "t10k", .count = 40, .height = height, .width = width});
}

// Tiles of that size in eight columns, two pixels apart.
void check_tiles(const fs::path& file, int height, int width) {
  const Picture picture = decode(content(file));
  CHECK(picture.width == 8 * (width + 2) + 2);
  CHECK((picture.height - 2) % (height + 2) == 0);
}

// The mean of the right halves of all tiles less that of the left ones.
double brightness_to_the_right(const fs::path& file, int height, int width) {
  const Picture picture = decode(content(file));
  double sums[2] = {0, 0};
  int counts[2] = {0, 0};
  for (int y = 0; y < picture.height; ++y) {
    for (int x = 0; x < picture.width; ++x) {
      const int v = (y - 2) % (height + 2);
      const int u = (x - 2) % (width + 2);
      if (y < 2 || x < 2 || v >= height || u >= width) continue;
      sums[u >= width / 2] += picture.pixels[static_cast<std::size_t>(y * picture.width + x)];
      ++counts[u >= width / 2];
    }
  }
  return sums[1] / counts[1] - sums[0] / counts[0];
}

}  // namespace

TEST_CASE("gan_mnist: images that are not square are trained on and drawn as they are") {
  const Place place;
  const struct {
    int height, width;
    const char* preset;
  } cases[] = {{20, 24, "gan"}, {14, 56, "gan"}, {1, 100, "r1"}, {27, 31, "cgan"}};
  for (const auto& c : cases) {
    const int height = c.height;
    const int width = c.width;
    CAPTURE(height);
    write_both(place.folder.path() / "wide", static_cast<std::uint32_t>(height), static_cast<std::uint32_t>(width));
    fs::remove_all(place.folder.path() / "run");
    const Outcome trained = place.run(
        std::string("train --data wide --batch-size 16 --threads 1 --steps 150 --lr 0.001 --out run --preset ") +
        c.preset);
    CHECK_MESSAGE(trained.code == 0, trained.output);
    const fs::path samples = place.folder.path() / "run/samples";
    check_tiles(samples / "step-00000000.png", height, width);
    CHECK(brightness_to_the_right(samples / "step-00000150.png", height, width) > 60.0);
    CHECK(place.has("run/report.html"));
    CHECK(place.run("sample run --interpolate").code == 0);
    CHECK(brightness_to_the_right(samples / "interpolation-seed1.png", height, width) > 60.0);
    if (height != 14) continue;  // the one that passes for a square
    CHECK(place.run("train --resume run --steps 151 --quiet").code == 0);
    const Outcome eval = place.run("eval run --classifier pixels");
    CHECK_MESSAGE(eval.code == 0, eval.output);
    check_refused(place.run("eval run --classifier mnist"), 2, "28x28 pixels");
    CHECK(place.run("inpaint run --steps 2").code == 0);
  }
}

TEST_CASE("gan_mnist: three grey images that are not square become the colours of one") {
  const Place place;
  write_both(place.folder.path() / "wide", 14, 56);
  const std::string train = "train --data stacked:wide --batch-size 16 --threads 1 --steps 1 --out run --quiet";
  check_refused(place.run(train + " --measure 50 --classifier mnist"), 2, "28x28 pixels");
  CHECK_FALSE(place.has("run"));
  CHECK(place.run(train).code == 0);
  check_tiles(place.folder.path() / "run/samples/step-00000001.png", 14, 56);
  check_refused(place.run("eval run --classifier mnist"), 2, "28x28 pixels");
}

TEST_CASE("gan_mnist: networks that cannot be of the images' size say so before the first round") {
  const Place place;
  write_both(place.folder.path() / "odd", 27, 31);
  const std::string train = "train --data odd --batch-size 16 --steps 1 --out run --preset ";
  check_refused(place.run(train + "dcgan"), 2, "images of 27x31 cannot be halved twice");
  check_refused(place.run(train + "gan --net resnet28"), 2, "images of 27x31 cannot be halved twice");
  write_both(place.folder.path() / "odd", 1, 100);
  check_refused(place.run(train + "inpaint"), 2, "images of 1x100");
  write_images(place.folder.path() / "odd", {.name = "train", .count = 16, .height = 1, .width = 70000});
  check_refused(place.run(train + "gan --eval-every -1"), 3, "width 70000");
  CHECK_FALSE(place.has("run"));
}

TEST_CASE("gan_mnist: every preset of images takes those that are not square" * doctest::test_suite("slow")) {
  const Place place;
  for (const models::Preset& preset : models::preset_table()) {
    if (models::find_network(preset.network).kind != models::DataKind::images) continue;
    CAPTURE(preset.name);
    const bool perceptron = models::find_network(preset.network).layout == models::PixelLayout::flat;
    const int height = perceptron ? 11 : 12;
    const int width = perceptron ? 17 : 20;
    write_both(place.folder.path() / "wide", static_cast<std::uint32_t>(height), static_cast<std::uint32_t>(width));
    const std::string run = "run-" + preset.name;
    const Outcome trained =
        place.run("train --data wide --batch-size 12 --threads 1 --steps 2 --preset " + preset.name + " --out " + run);
    CHECK_MESSAGE(trained.code == 0, trained.output);
    check_tiles(place.folder.path() / run / "samples/step-00000002.png", height, width);
    CHECK(place.run("sample " + run).code == 0);
  }
}

TEST_CASE("gan_mnist: missing files of a folder are named before the first round") {
  const Place place;
  const fs::path data = place.folder.path() / "data";
  fs::remove(data / "train-labels-idx1-ubyte");
  check_refused(place.train("--steps 1 --out run"), 3, "the labels of data/train-images-idx3-ubyte are missing");
  fs::remove(data / "train-images-idx3-ubyte");
  fs::remove(data / "t10k-images-idx3-ubyte");
  check_refused(place.train("--steps 1 --out run"), 3, "the images of data/t10k-labels-idx1-ubyte are missing");
  CHECK_FALSE(place.has("run"));
}

TEST_CASE("gan_mnist: test images of another size are refused before the first round") {
  const Place place;
  write_images(place.folder.path() / "data", {.name = "t10k", .count = 40, .height = 14, .width = 56});
  check_refused(place.train("--steps 1 --out run"), 3, "(1, 14, 56), but those to train on have (1, 28, 28)");
  CHECK_FALSE(place.has("run"));
  CHECK(place.train("--steps 1 --out run --quiet --eval-every -1").code == 0);
  check_refused(place.run("eval run --classifier pixels"), 3, "(1, 14, 56)");
  CHECK_FALSE(place.has("run/eval.json"));
}

TEST_CASE("gan_mnist: data that have changed since the training are refused") {
  const Place place;
  REQUIRE(place.train("--preset cyclegan --from inverted --steps 1 --out pairs --quiet").code == 0);
  REQUIRE(place.train("--preset gan --steps 1 --out run --quiet").code == 0);
  write_both(place.folder.path() / "data", 14, 56);
  for (const char* command : {"sample pairs", "eval run --classifier pixels"}) {
    check_refused(place.run(command), 3, "the training images of today have the shape (1, 14, 56)");
  }
  check_refused(place.run("inpaint run"), 2, "not of the size that the run was trained on");
}

TEST_CASE("gan_mnist: too few test images are counted") {
  const Place place;
  write_images(place.folder.path() / "data", {.name = "t10k", .count = 5});
  REQUIRE(place.train("--preset gan --steps 1 --out run --quiet").code == 0);
  const Outcome few = place.run("eval run --classifier pixels");
  check_refused(few, 3, "12 test images are needed, and 5 are there");
  check_refused(place.train("--preset gan --steps 1 --out other --classifier pixels --measure 0"), 3,
                "12 test images are needed, and 5 are there");
  CHECK(place.run("eval run --classifier pixels --against train").code == 0);
  check_refused(place.run("eval run --classifier pixels --against train -n 49"), 2,
                "-n must be 6 to 48, half of the 96 training images");
}

TEST_CASE("gan_mnist: labels that training did not have are measured without what labels are needed for") {
  const Place place;
  write_images(place.folder.path() / "data", {.name = "train", .count = 80, .classes = 2});
  write_images(place.folder.path() / "data", {.name = "t10k", .count = 40, .classes = 4});
  REQUIRE(place.train("--preset cgan --steps 1 --out run --quiet").code == 0);
  const Outcome eval = place.run("eval run --classifier pixels -n 20");
  CHECK_MESSAGE(eval.code == 0, eval.output);
  CHECK(contains(eval.output, "label 2 is among the unseen images, and it was told labels 0 to 1"));
  CHECK(place.has("run/eval.json"));
  check_refused(place.run("inpaint run --steps 1"), 2, "image 2 has label 2, and the run was told labels 0 to 1");
  CHECK(place.run("inpaint run --steps 1 --image 0 --image 5").code == 0);
}

TEST_CASE("gan_mnist: a run without unseen images is measured against those trained on") {
  const Place place;
  REQUIRE(place.train("--preset gan --steps 1 --out run --quiet").code == 0);
  fs::remove(place.folder.path() / "data/t10k-images-idx3-ubyte");
  fs::remove(place.folder.path() / "data/t10k-labels-idx1-ubyte");
  check_refused(place.run("eval run --classifier pixels"), 3, "has no t10k-* files");
  const Outcome eval = place.run("eval run --classifier pixels --against train");
  CHECK_MESSAGE(eval.code == 0, eval.output);
  CHECK(contains(eval.output, "D is not looked at: there are no images that it has not seen"));
}
