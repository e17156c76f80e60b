// SPDX-License-Identifier: BSD-3-Clause
// The networks of WaveGAN, scaled down, and its phase shuffle.
#pragma once

#include <memory>

#include <xgrad/models/network_options.h>
#include <xgrad/nn/module.h>

namespace xgrad::models {

/// In training, each sample (c, l) of a batch is moved by a number of places of its own, one of -n .. n, all channels
/// alike; what is left open is filled by reflection, without repeating the edge (Donahue et al., 2019, section 3.3). So
/// D cannot go by the phase at which a transposed convolution leaves its artefacts. The identity in evaluation. Draws
/// from a stream that is saved with the run. @throws ShapeError unless l > n.
class PhaseShuffle : public nn::Module {
 public:
  /// @throws ValueError for n below 0.
  PhaseShuffle(std::int64_t n, Generator generator);
  Variable forward(const Variable& x) override;
  std::string describe() const override { return "PhaseShuffle(" + std::to_string(n_) + ")"; }

 private:
  std::int64_t n_;
  std::shared_ptr<Generator> generator_;
};

/// (n, latent) -> (n, 1, length) in (-1, 1): Linear to 64 channels of a 64th of the length, then transposed
/// convolutions (25 wide, stride 4) to 32, 16 and 1 channels, ReLU between, tanh at the end. @throws ValueError unless
/// the length is a multiple of 64.
std::shared_ptr<nn::Module> wave_generator(std::int64_t latent, const NetworkOptions& options, Generator& random);
/// (n, 1, length) -> (n, 1): convolutions (25 wide, stride 4) to 16, 32 and 64 channels, each with LeakyReLU 0.2 and,
/// but for the last, a phase shuffle of 2; then Linear.
std::shared_ptr<nn::Module> wave_discriminator(const NetworkOptions& options, Generator& random);
/// The same without phase shuffle.
std::shared_ptr<nn::Module> steady_wave_discriminator(const NetworkOptions& options, Generator& random);

}  // namespace xgrad::models
