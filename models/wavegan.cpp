// SPDX-License-Identifier: BSD-3-Clause
// WaveGAN's layers: DCGAN's in one dimension, with long filters and larger strides.
#include <xgrad/models/wavegan.h>

#include <xgrad/autograd/error.h>
#include <xgrad/autograd/ops.h>
#include <xgrad/models/network_parts.h>
#include <xgrad/nn/activation.h>
#include <xgrad/nn/conv.h>
#include <xgrad/nn/flatten.h>
#include <xgrad/nn/linear.h>

namespace xgrad::models {

namespace {

constexpr std::int64_t kernel = 25;
constexpr std::int64_t stride = 4;
constexpr std::int64_t layers = 3;
constexpr std::int64_t widest = 64;  // channels where the line is shortest
constexpr std::int64_t shuffle = 2;

// The length after all strides down.
std::int64_t core_length(const SampleFormat& sample) {
  constexpr std::int64_t all = stride * stride * stride;
  if (sample.width % all == 0) return sample.width / all;
  throw ValueError("[wavegan] waves of " + std::to_string(sample.width) + " samples cannot be cut into pieces of " +
                   std::to_string(all) + "; use another length");
}

std::shared_ptr<nn::Module> discriminator(const NetworkOptions& options, Generator& random, bool shuffled) {
  const std::int64_t core = core_length(options.sample);
  const LayerMaker make{.random = random, .spectral_norm = options.spectral_norm};
  auto net = std::make_shared<nn::Sequential>();
  std::int64_t in = options.d_channels();
  for (std::int64_t i = layers - 1; i >= 0; --i) {
    const std::int64_t out = widest >> i;
    net->append(make(nn::Conv1d(in, out, kernel, {.stride = stride, .padding = 11}, random)));
    net->append(nn::LeakyReLU(0.2));
    if (shuffled && i > 0) net->append(PhaseShuffle(shuffle, random.split(static_cast<std::uint64_t>(out))));
    in = out;
  }
  net->append(nn::Flatten());
  return discriminator_of(net, widest * core, options, make);
}

}  // namespace

PhaseShuffle::PhaseShuffle(std::int64_t n, Generator generator)
    : n_(n), generator_(register_generator("generator", generator)) {
  if (n < 0) throw ValueError("[PhaseShuffle] n is " + std::to_string(n) + ", but must be at least 0");
}

Variable PhaseShuffle::forward(const Variable& x) {
  if (x.rank() != 3 || x.size(2) <= n_) {
    throw ShapeError("[PhaseShuffle] expected (batch, channels, length) with a length above " + std::to_string(n_) +
                     ", got " + to_string(x.shape()));
  }
  if (!is_training() || n_ == 0) return x;
  const std::int64_t batch = x.size(0);
  const std::int64_t length = x.size(2);
  const Variable u = uniform({batch, 1, 1}, 0.0, static_cast<double>(2 * n_ + 1), DType::float64, *generator_);
  const Variable shift = astype(u, DType::int64) - n_;
  const Variable from = abs(arange(length, DType::int64) - shift);
  const Variable places = minimum(from, 2 * (length - 1) - from);
  return gather(x, 2, expand(places, x.shape()));
}

std::shared_ptr<nn::Module> wave_generator(std::int64_t latent, const NetworkOptions& options, Generator& random) {
  const std::int64_t core = core_length(options.sample);
  const LayerMaker make{random};
  auto net = std::make_shared<nn::Sequential>();
  net->append(make(nn::Linear(latent + options.beside_latent(), widest * core, {}, random)));
  net->append(nn::Unflatten({widest, core}));
  for (std::int64_t i = 0; i < layers; ++i) {
    const std::int64_t out = i + 1 < layers ? widest >> (i + 1) : options.sample.channels;
    net->append(nn::ReLU());
    // Each makes the line four times as long.
    net->append(make(
        nn::ConvTranspose1d(widest >> i, out, kernel, {.stride = stride, .padding = 11, .output_padding = 1}, random)));
  }
  net->append(nn::Tanh());
  return generator_of(net, options);
}

std::shared_ptr<nn::Module> wave_discriminator(const NetworkOptions& options, Generator& random) {
  return discriminator(options, random, true);
}

std::shared_ptr<nn::Module> steady_wave_discriminator(const NetworkOptions& options, Generator& random) {
  return discriminator(options, random, false);
}

}  // namespace xgrad::models
