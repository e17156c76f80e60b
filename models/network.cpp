// SPDX-License-Identifier: BSD-3-Clause
// The table of networks, and the perceptrons of the articles.
#include <xgrad/models/network.h>

#include <xgrad/models/dcgan.h>
#include <xgrad/models/suggest.h>
#include <xgrad/nn/activation.h>
#include <xgrad/nn/linear.h>
#include <xgrad/nn/sequential.h>

namespace xgrad::models {

namespace {

// Linear layers of the given widths, `hidden` after each but the last, `output` after that.
template <class Hidden, class Output>
std::shared_ptr<nn::Module> perceptron(const std::vector<std::int64_t>& widths, Hidden hidden, Output output,
                                       Generator& random) {
  auto net = std::make_shared<nn::Sequential>();
  for (std::size_t i = 1; i < widths.size(); ++i) {
    net->append(nn::Linear(widths[i - 1], widths[i], {}, random));
    if (i + 1 < widths.size()) net->append(hidden());
  }
  net->append(output());
  return net;
}

template <class T>
T plain() {
  return T();
}
nn::LeakyReLU leaky() { return nn::LeakyReLU(0.2); }

template <class Output>
Networks mlp(const NetworkSpec& spec, const NetworkOptions& options, Generator& random) {
  const std::int64_t pixels = options.image.height * options.image.width;
  auto g = perceptron({spec.latent, 128, 256, pixels}, leaky, plain<Output>, random);
  auto d = perceptron({options.pac * pixels, 256, 128, 1}, leaky, plain<nn::Identity>, random);
  return {std::move(g), std::move(d)};
}

Networks mlp_relu(const NetworkSpec& spec, const NetworkOptions& options, Generator& random) {
  const std::int64_t pixels = options.image.height * options.image.width;
  auto g = perceptron({spec.latent, 128, 128, pixels}, plain<nn::ReLU>, plain<nn::Identity>, random);
  auto d = perceptron({options.pac * pixels, 128, 128, 1}, plain<nn::ReLU>, plain<nn::Identity>, random);
  return {std::move(g), std::move(d)};
}

Networks dcgan(const NetworkSpec& spec, const NetworkOptions& options, Generator& random) {
  const auto [height, width] = options.image;
  auto g = dcgan_generator(spec.latent, height, width, options.mixing.generator, random);
  auto d = dcgan_discriminator(options.pac, height, width, options.mixing.discriminator, random);
  return {std::move(g), std::move(d)};
}

}  // namespace

Mixing allowed_mixing(const std::optional<Penalty>& penalty) {
  return {.generator = !penalty || penalty->point != Penalty::Point::latent, .discriminator = !penalty};
}

const std::vector<NetworkSpec>& network_table() {
  using enum PixelRange;
  static const std::vector<NetworkSpec> table = {
      {"mlp", "G 100-128-256-pixels, D pixels-256-128-1, LeakyReLU 0.2, tanh output", 100, signed_unit,
       PixelLayout::flat, mlp<nn::Tanh>},
      {"mlp-sigmoid", "as mlp, sigmoid output", 100, unit, PixelLayout::flat, mlp<nn::Sigmoid>},
      {"mlp-relu", "G 100-128-128-pixels, D pixels-128-128-1, ReLU, identity output", 100, signed_unit,
       PixelLayout::flat, mlp_relu},
      {"dcgan28",
       "G 100-128x7x7-64x14x14-image, D image-64x14x14-128x7x7-1, 4x4 (transposed) convolutions, batch norm "
       "where the penalty allows it",
       100, signed_unit, PixelLayout::planar, dcgan},
  };
  return table;
}

const NetworkSpec& find_network(const std::string& name) { return find_row(network_table(), name, "network"); }

Networks make_networks(const Preset& preset, const ImageSize& image, Generator& random) {
  const NetworkSpec& spec = find_network(preset.network);
  return spec.make(spec, {.image = image, .mixing = allowed_mixing(preset.penalty), .pac = preset.pac}, random);
}

}  // namespace xgrad::models
