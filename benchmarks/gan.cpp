// SPDX-License-Identifier: BSD-3-Clause
// GAN training steps: the original objective, WGAN-GP and the z-gradient penalty, on the MLPs of the articles.
#include <array>
#include <memory>

#include <xgrad/autograd/engine.h>
#include <xgrad/nn/activation.h>
#include <xgrad/nn/linear.h>
#include <xgrad/nn/loss.h>
#include <xgrad/nn/sequential.h>
#include <xgrad/optim/adam.h>

#include "workloads.h"

namespace bench {
namespace {

using namespace xgrad;

/// What one step works on.
struct Batch {
  Variable real, noise, mixing;
};

/// Networks, optimisers and the pool of batches.
struct Gan {
  explicit Gan(const optim::AdamOptions& adam)
      : adam_g(generator.parameters(), adam), adam_d(critic.parameters(), adam) {
    fill_parameters(generator.parameters(), streams::generator);
    fill_parameters(critic.parameters(), streams::critic);
    for (std::size_t j = 0; j < pool_size; ++j) {
      pool[j] = {.real = uniform11(streams::data + j, {batch_size, image_size}),
                 .noise = uniform11(streams::noise + j, {batch_size, noise_size}, noise_scale),
                 .mixing = tensor(uniform01(streams::mixing + j, batch_size), {batch_size, 1})};
    }
  }

  const Batch& next_batch() { return pool[steps++ % pool_size]; }

  nn::Sequential generator{nn::Linear(noise_size, 128), nn::LeakyReLU(0.2),          nn::Linear(128, 256),
                           nn::LeakyReLU(0.2),          nn::Linear(256, image_size), nn::Tanh()};
  nn::Sequential critic{nn::Linear(image_size, 256), nn::LeakyReLU(0.2), nn::Linear(256, 128), nn::LeakyReLU(0.2),
                        nn::Linear(128, 1)};
  optim::Adam adam_g, adam_d;
  std::array<Batch, pool_size> pool;
  std::size_t steps = 0;
};

Variable update_critic(Gan& gan, const Variable& real, const Variable& fake) {
  const Variable loss = nn::bce_with_logits(gan.critic(real), 1) + nn::bce_with_logits(gan.critic(fake.detach()), 0);
  gan.adam_d.step(grad(loss, gan.critic.parameters()));
  return loss;
}

Variables gan_step(Gan& gan) {
  const auto& [real, z, _] = gan.next_batch();
  const Variable fake = gan.generator(z);
  const Variable loss_d = update_critic(gan, real, fake);

  const Variable loss_g = nn::bce_with_logits(gan.critic(fake), 1);
  gan.adam_g.step(grad(loss_g, gan.generator.parameters()));
  return {loss_d, loss_g};
}

Variables atgp_step(Gan& gan) {
  const Batch& batch = gan.next_batch();
  const Variable z = batch.noise.detach().requires_grad_();
  const Variable fake = gan.generator(z);
  const Variable loss_d = update_critic(gan, batch.real, fake);

  const Variable logits = gan.critic(fake);
  const Variable slope = grad(sum(logits), z, {.create_graph = true});
  const Variable penalty = mean(sum(square(slope), {1}));
  const Variable loss_g = nn::bce_with_logits(logits, 1) + penalty;
  gan.adam_g.step(grad(loss_g, gan.generator.parameters()));
  return {loss_d, loss_g, penalty};
}

Variables wgan_gp_step(Gan& gan) {
  const auto& [real, z, epsilon] = gan.next_batch();
  const Variable fake = gan.generator(z);
  const Variable constant_fake = fake.detach();

  const Variable mixed = (epsilon * real + (1 - epsilon) * constant_fake).requires_grad_();
  const Variable slope = grad(sum(gan.critic(mixed)), mixed, {.create_graph = true});
  const Variable penalty = mean(square(norm(slope, {1}, false, 1e-12) - 1));
  const Variable loss_d = mean(gan.critic(constant_fake)) - mean(gan.critic(real)) + 10 * penalty;
  gan.adam_d.step(grad(loss_d, gan.critic.parameters()));

  const Variable loss_g = -mean(gan.critic(fake));
  gan.adam_g.step(grad(loss_g, gan.generator.parameters()));
  return {loss_d, loss_g, penalty};
}

Workload<Variable> workload(Variables (*step)(Gan&), const optim::AdamOptions& adam) {
  return {[step, gan = std::make_shared<Gan>(adam)] { return step(*gan); }};
}

}  // namespace

Catalogue gan_workloads() {
  return {{"gan_mlp",
           [] {
             return workload(gan_step, {.lr = 2e-4, .betas = {0.5, 0.999}});
           }},
          {"atgp_z",
           [] {
             return workload(atgp_step, {.lr = 2e-4, .betas = {0.5, 0.999}});
           }},
          {"wgan_gp_mlp", [] {
             return workload(wgan_gp_step, {.lr = 1e-4, .betas = {0, 0.9}});
           }}};
}

}  // namespace bench
