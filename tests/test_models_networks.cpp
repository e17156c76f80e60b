// SPDX-License-Identifier: BSD-3-Clause
// The table of networks: what goes in, what comes out, and which layers a preset's wishes bring.
#include <doctest/doctest.h>

#include <cmath>
#include <tuple>

#include <xgrad/models/resnet.h>
#include <xgrad/nn/activation.h>

#include "gan_fixture.h"

using namespace xgrad;
using namespace xgrad::models;
using namespace xgrad::tests;

namespace {

// How many of a network's layers have a matrix, and of how many it is under spectral normalisation.
std::pair<int, int> count_layers(const nn::Module& network) {
  int all = 0;
  int spectral = 0;
  for (const auto& [name, value] : network.named_parameters()) all += value.rank() > 1;
  for (const auto& [name, module] : network.named_modules())
    spectral += module->describe().starts_with("SpectralNorm(");
  return {all, spectral};
}

Networks make(const char* preset_name, const std::string& network) {
  Preset preset = find_preset(preset_name);
  preset.network = network;
  Generator random(1);
  SampleFormat format = small_format(find_network(network).kind);
  if (format.kind == DataKind::images) format = {.height = 28, .width = 28, .classes = 10};
  return make_networks(preset, format, random);
}

}  // namespace

TEST_CASE("networks: G makes images within its range, D gives each a logit") {
  for (const NetworkSpec& spec : network_table()) {
    CAPTURE(spec.name);
    const Networks nets = make("gan", spec.name);
    Generator random(2);
    const Variable images = generate(*nets.generator, normal({3, spec.latent}, 0, 1, DType::float32, random));
    Shape wanted = spec.layout == PixelLayout::flat ? Shape{784}
                   : spec.kind == DataKind::images  ? Shape{1, 28, 28}
                                                    : small_format(spec.kind).shape();
    wanted.insert(0, 3);
    CHECK(images.shape() == wanted);
    CHECK((*nets.discriminator)(images).shape() == Shape{3, 1});
    if (spec.name == "mlp-relu") continue;  // its output is not bounded
    CHECK(max(images).item() <= 1);
    CHECK(min(images).item() >= (spec.range == PixelRange::unit ? 0 : -1));
  }
}

TEST_CASE("networks: spectral normalisation is of every layer of D, of none of G, and takes batch norm's place") {
  for (const NetworkSpec& spec : network_table()) {
    for (const char* preset : {"sngan", "cgan-projection"}) {
      CAPTURE(spec.name);
      CAPTURE(preset);
      const Networks nets = make(preset, spec.name);
      const auto [layers, spectral] = count_layers(*nets.discriminator);
      CHECK(layers == spectral);
      CHECK(count_layers(*nets.generator).second == 0);
      CHECK_FALSE(nets.discriminator->mixes_samples());
    }
    CHECK(count_layers(*make("gan", spec.name).discriminator).second == 0);
  }
}

TEST_CASE("networks: batch normalisation stays where the penalty allows it") {
  for (const char* network : {"dcgan28", "resnet28"}) {
    struct Row {
      const char* preset;
      bool g, d;
    };
    for (const Row& row :
         {Row{"gan", true, true}, {"wgan-gp", true, false}, {"r1", true, false}, {"atgp", false, false}}) {
      CAPTURE(network);
      CAPTURE(row.preset);
      const Networks nets = make(row.preset, network);
      CHECK(nets.generator->mixes_samples() == row.g);
      CHECK(nets.discriminator->mixes_samples() == row.d);
    }
  }
}

TEST_CASE("networks: images that cannot be halved twice are refused") {
  for (const char* network : {"dcgan28", "resnet28"}) {
    Preset preset = find_preset("gan");
    preset.network = network;
    Generator random;
    CHECK_THROWS_WITH_AS(make_networks(preset, {28, 30}, random), doctest::Contains("28x30 cannot be halved twice"),
                         ValueError);
  }
}

TEST_CASE("networks: a residual block adds its two ways") {
  Residual block(std::make_shared<nn::Tanh>(), std::make_shared<nn::ReLU>());
  const Variable x = tensor<double>({-1, 0.5}, {1, 2});
  const auto y = block(x).array().to_vector<double>();
  CHECK(y[0] == doctest::Approx(std::tanh(-1.0)));
  CHECK(y[1] == doctest::Approx(std::tanh(0.5) + 0.5));
}
