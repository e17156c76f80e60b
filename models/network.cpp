// SPDX-License-Identifier: BSD-3-Clause
// The table of networks, and the perceptrons of the articles.
#include <xgrad/models/network.h>

#include <xgrad/models/data/kinds.h>
#include <xgrad/models/dcgan.h>
#include <xgrad/models/network_parts.h>
#include <xgrad/models/resnet.h>
#include <xgrad/models/suggest.h>
#include <xgrad/models/text_network.h>
#include <xgrad/models/wavegan.h>
#include <xgrad/nn/activation.h>
#include <xgrad/nn/linear.h>

namespace xgrad::models {

namespace {

// Linear layers of the given widths, `hidden` after each but the last, `output` after that.
template <class Hidden, class Output>
std::shared_ptr<nn::Sequential> perceptron(const std::vector<std::int64_t>& widths, Hidden hidden, Output output,
                                           const LayerMaker& make) {
  auto net = std::make_shared<nn::Sequential>();
  for (std::size_t i = 1; i < widths.size(); ++i) {
    net->append(make(nn::Linear(widths[i - 1], widths[i], {}, make.random)));
    net->append(i + 1 < widths.size() ? hidden() : output());
  }
  return net;
}

std::shared_ptr<nn::Module> leaky() { return std::make_shared<nn::LeakyReLU>(0.2); }
template <class T>
std::shared_ptr<nn::Module> plain() {
  return std::make_shared<T>();
}

// G of the sizes of its layers between z and the image, D of those between the image and the logit.
template <class Hidden, class Output>
Networks perceptrons(const NetworkSpec& spec, const NetworkOptions& options, const std::vector<std::int64_t>& g_widths,
                     const std::vector<std::int64_t>& d_widths, Hidden hidden, Output output, Generator& random) {
  std::vector<std::int64_t> g = {spec.latent + options.beside_latent()};
  g.insert(g.end(), g_widths.begin(), g_widths.end());
  g.push_back(options.sample.elements());
  std::vector<std::int64_t> d = {options.pac * (options.sample.elements() + options.beside_sample())};
  d.insert(d.end(), d_widths.begin(), d_widths.end());
  const LayerMaker make{.random = random, .spectral_norm = options.spectral_norm};
  auto generator = perceptron(g, hidden, output, {.random = random});
  auto features = perceptron(d, hidden, hidden, make);
  return {generator_of(generator, options), discriminator_of(features, d.back(), options, make)};
}

template <class Output>
Networks mlp(const NetworkSpec& spec, const NetworkOptions& options, Generator& random) {
  return perceptrons(spec, options, {128, 256}, {256, 128}, leaky, plain<Output>, random);
}

Networks mlp_relu(const NetworkSpec& spec, const NetworkOptions& options, Generator& random) {
  return perceptrons(spec, options, {128, 128}, {128, 128}, plain<nn::ReLU>, plain<nn::Identity>, random);
}

template <auto generator, auto discriminator>
Networks convolutional(const NetworkSpec& spec, const NetworkOptions& options, Generator& random) {
  auto g = generator(spec.latent, options, random);
  auto d = discriminator(options, random);
  return {std::move(g), std::move(d)};
}

// A penalty needs each sample's own gradient of D, and one by z that of G too. Under spectral normalisation D has no
// other, which would undo it.
Mixing allowed_mixing(const Preset& preset) {
  const bool latent = preset.penalty && preset.penalty->point == Penalty::Point::latent;
  return {.generator = !latent, .discriminator = !preset.penalty && !preset.spectral_norm};
}

}  // namespace

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
       100, signed_unit, PixelLayout::planar, convolutional<dcgan_generator, dcgan_discriminator>},
      {"resnet28",
       "residual blocks, G 128-128x7x7-64x14x14-32x28x28-image by nearest upsampling, D "
       "image-32x14x14-64x7x7-128x7x7-1 "
       "by mean pooling, batch norm where the penalty allows it",
       128, signed_unit, PixelLayout::planar, convolutional<resnet_generator, resnet_discriminator>},
      {"text-resnet",
       "G 128-64xlength-letters, D letters-64xlength-1, two residual blocks of 5-wide convolutions in each, softmax "
       "output; for text",
       128, unit, PixelLayout::planar, convolutional<text_generator, text_discriminator>, DataKind::text},
      {"wavegan",
       "G 100-64x16-32x64-16x256-1024, D 1024-16x256-32x64-64x16-1 with phase shuffle, 25-wide (transposed) "
       "convolutions of stride 4, tanh output; for waves",
       100, signed_unit, PixelLayout::planar, convolutional<wave_generator, wave_discriminator>, DataKind::waves},
      {"wavegan-steady", "as wavegan, without phase shuffle", 100, signed_unit, PixelLayout::planar,
       convolutional<wave_generator, steady_wave_discriminator>, DataKind::waves},
  };
  return table;
}

const NetworkSpec& find_network(std::string_view name) { return find_row(network_table(), name, "network"); }

Networks make_networks(const Preset& preset, const SampleFormat& sample, Generator& random, std::int64_t outputs) {
  const NetworkSpec& spec = find_network(preset.network);
  if (spec.kind != sample.kind) {
    throw ValueError("[make_networks] \"" + spec.name + "\" are networks for " + row_of(spec.kind).name + ", not for " +
                     row_of(sample.kind).name);
  }
  if (preset.labels != Labels::none && sample.classes < 1) {
    throw ValueError("[make_networks] preset \"" + preset.name + "\" is told labels, and the samples have no classes");
  }
  const NetworkOptions options{.sample = sample,
                               .mixing = allowed_mixing(preset),
                               .labels = preset.labels,
                               .spectral_norm = preset.spectral_norm,
                               .pac = preset.pac,
                               .outputs = outputs};
  return spec.make(spec, options, random);
}

}  // namespace xgrad::models
