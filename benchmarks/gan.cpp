// SPDX-License-Identifier: BSD-3-Clause
// GAN training steps: the original objective, WGAN-GP and the z-gradient penalty, on the MLPs of the articles
// and on convolutional networks.
#include <array>
#include <memory>

#include <xgrad/autograd/engine.h>
#include <xgrad/autograd/ops.h>
#include <xgrad/nn/activation.h>
#include <xgrad/nn/batch_norm.h>
#include <xgrad/nn/conv.h>
#include <xgrad/nn/flatten.h>
#include <xgrad/nn/linear.h>
#include <xgrad/nn/loss.h>
#include <xgrad/nn/sequential.h>
#include <xgrad/optim/adam.h>

#include "workloads.h"

namespace bench {
namespace {

using namespace xgrad;

/// What one step works on: real samples, noise and the mixing weights between samples.
using Batch = Variables;

/// Two networks and the shape of an image, (784) or (1, 28, 28).
struct Networks {
  nn::Sequential generator, critic;
  Shape image;
};

/// Networks, optimisers and the pool of batches.
struct Gan {
  Gan(Networks networks, const optim::AdamOptions& adam)
      : generator(std::move(networks.generator)),
        critic(std::move(networks.critic)),
        adam_g(generator.parameters(), adam),
        adam_d(critic.parameters(), adam) {
    fill_parameters(generator, streams::generator);
    fill_parameters(critic, streams::critic);
    Shape real = networks.image;
    real.insert(0, batch_size);
    Shape one_per_sample = real;
    for (std::size_t i = 1; i < real.rank(); ++i) one_per_sample[i] = 1;
    for (std::size_t j = 0; j < pool_size; ++j) {
      pool[j] = {uniform11(streams::data + j, real),
                 uniform11(streams::noise + j, {batch_size, noise_size}, noise_scale),
                 tensor(uniform01(streams::mixing + j, batch_size), one_per_sample)};
    }
  }

  const Batch& next_batch() { return pool[steps++ % pool_size]; }

  nn::Sequential generator, critic;
  optim::Adam adam_g, adam_d;
  std::array<Batch, pool_size> pool;
  std::size_t steps = 0;
};

Networks mlp() {
  return {.generator = nn::Sequential{nn::Linear(noise_size, 128), nn::LeakyReLU(0.2), nn::Linear(128, 256),
                                      nn::LeakyReLU(0.2), nn::Linear(256, image_size), nn::Tanh()},
          .critic = nn::Sequential{nn::Linear(image_size, 256), nn::LeakyReLU(0.2), nn::Linear(256, 128),
                                   nn::LeakyReLU(0.2), nn::Linear(128, 1)},
          .image = {image_size}};
}

constexpr nn::ConvOptions halving{.stride = 2, .padding = 1};

nn::Sequential dcgan_generator() {
  return nn::Sequential{nn::Linear(noise_size, 6272),
                        nn::Unflatten({128, 7, 7}),
                        nn::BatchNorm2d(128),
                        nn::ReLU(),
                        nn::ConvTranspose2d(128, 64, 4, halving),
                        nn::BatchNorm2d(64),
                        nn::ReLU(),
                        nn::ConvTranspose2d(64, 1, 4, halving),
                        nn::Tanh()};
}

Networks dcgan() {
  return {.generator = dcgan_generator(),
          .critic = nn::Sequential{nn::Conv2d(1, 64, 4, halving), nn::LeakyReLU(0.2), nn::Conv2d(64, 128, 4, halving),
                                   nn::BatchNorm2d(128), nn::LeakyReLU(0.2), nn::Flatten(), nn::Linear(6272, 1)},
          .image = {1, 28, 28}};
}

/// A critic under a gradient penalty must not mix samples: no batch normalisation.
Networks conv_critic() {
  return {.generator = dcgan_generator(),
          .critic = nn::Sequential{nn::Conv2d(1, 64, 4, halving), nn::LeakyReLU(0.2), nn::Conv2d(64, 128, 4, halving),
                                   nn::LeakyReLU(0.2), nn::Flatten(), nn::Linear(6272, 1)},
          .image = {1, 28, 28}};
}

Variable update_critic(Gan& gan, const Variable& real, const Variable& fake) {
  const Variable loss = nn::bce_with_logits(gan.critic(real), 1) + nn::bce_with_logits(gan.critic(fake.detach()), 0);
  gan.adam_d.step(grad(loss, gan.critic.parameters()));
  return loss;
}

Variables gan_step(Gan& gan, const Batch& batch) {
  const Variable &real = batch[0], &z = batch[1];
  const Variable fake = gan.generator(z);
  const Variable loss_d = update_critic(gan, real, fake);

  const Variable loss_g = nn::bce_with_logits(gan.critic(fake), 1);
  gan.adam_g.step(grad(loss_g, gan.generator.parameters()));
  return {loss_d, loss_g};
}

Variables atgp_step(Gan& gan, const Batch& batch) {
  const Variable z = batch[1].detach().requires_grad_();
  const Variable fake = gan.generator(z);
  const Variable loss_d = update_critic(gan, batch[0], fake);

  const Variable logits = gan.critic(fake);
  const Variable slope = grad(sum(logits), z, {.create_graph = true});
  const Variable penalty = mean(sum(square(slope), {1}));
  const Variable loss_g = nn::bce_with_logits(logits, 1) + penalty;
  gan.adam_g.step(grad(loss_g, gan.generator.parameters()));
  return {loss_d, loss_g, penalty};
}

Variables wgan_gp_step(Gan& gan, const Batch& batch) {
  const Variable &real = batch[0], &z = batch[1], &epsilon = batch[2];
  const Variable fake = gan.generator(z);
  const Variable constant_fake = fake.detach();

  const Variable mixed = (epsilon * real + (1 - epsilon) * constant_fake).requires_grad_();
  const Variable slope = grad(sum(gan.critic(mixed)), mixed, {.create_graph = true});
  const Variable penalty = mean(square(norm(flatten(slope, 1), {1}, false, 1e-12) - 1));
  const Variable loss_d = mean(gan.critic(constant_fake)) - mean(gan.critic(real)) + 10 * penalty;
  gan.adam_d.step(grad(loss_d, gan.critic.parameters()));

  const Variable loss_g = -mean(gan.critic(fake));
  gan.adam_g.step(grad(loss_g, gan.generator.parameters()));
  return {loss_d, loss_g, penalty};
}

constexpr auto usual = [] { return optim::AdamOptions{.lr = 2e-4, .betas = {0.5, 0.999}}; };
constexpr auto wasserstein = [] { return optim::AdamOptions{.lr = 1e-4, .betas = {0, 0.9}}; };

template <Variables (*step)(Gan&, const Batch&), Networks (*networks)(), auto adam>
Step workload() {
  const auto gan = std::make_shared<Gan>(networks(), adam());
  Step all;
  all.run = [gan](const Variables& batch) { return step(*gan, batch); };
  all.inputs = [gan] { return gan->next_batch(); };
  return all;
}

}  // namespace

Catalogue gan_workloads() {
  return {{"gan_mlp", workload<gan_step, mlp, usual>},
          {"atgp_z", workload<atgp_step, mlp, usual>},
          {"wgan_gp_mlp", workload<wgan_gp_step, mlp, wasserstein>},
          {"dcgan28", workload<gan_step, dcgan, usual>},
          {"wgan_gp_conv28", workload<wgan_gp_step, conv_critic, wasserstein>}};
}

}  // namespace bench
