// SPDX-License-Identifier: BSD-3-Clause
// The GAN of 2014 on Fashion-MNIST in one file of one's own, without the trainer of models/: two networks, two losses.
#include <cstdio>
#include <memory>

#include <xgrad/autograd/autograd.h>
#include <xgrad/models/data/loader.h>
#include <xgrad/models/image/png.h>
#include <xgrad/nn/nn.h>
#include <xgrad/optim/optim.h>

using namespace xgrad;

/// How far the mean picture of 1000 samples is from that of 1000 garments: 0 is equal, black against white is 2.
static double distance(nn::Module& generator, const Variable& z, const Variable& real) {
  const NoGradGuard unrecorded;
  return mean(abs(mean(generator(z), {0}) - mean(real, {0}))).item();
}

static int run() {
  manual_seed(1);
  nn::Sequential generator(nn::Linear(100, 128), nn::LeakyReLU(0.2), nn::Linear(128, 256), nn::LeakyReLU(0.2),
                           nn::Linear(256, 784), nn::Tanh());
  nn::Sequential discriminator(nn::Linear(784, 256), nn::LeakyReLU(0.2), nn::Linear(256, 128), nn::LeakyReLU(0.2),
                               nn::Linear(128, 1));
  const Variables g_parameters = generator.parameters();
  const Variables d_parameters = discriminator.parameters();
  optim::Adam g_adam(g_parameters, {.lr = 2e-4, .betas = {0.5, 0.999}});
  optim::Adam d_adam(d_parameters, {.lr = 2e-4, .betas = {0.5, 0.999}});

  const auto data = std::make_shared<const models::ImageDataset>(models::load_dataset("fashion"));
  const Variable garments = models::DataLoader(data, {.batch_size = 1000}, Generator(2)).next().samples;
  const Variable noise = normal({1000, 100});
  const double before = distance(generator, noise, garments);

  models::DataLoader loader(data, {.batch_size = 64}, Generator(1));
  const int steps = 2000;
  for (int step = 1; step <= steps; ++step) {
    const Variable real = loader.next().samples;
    const Variable fake = generator(normal({64, 100}));

    // D learns to give high logits to real samples and low ones to fakes. Only D's parameters are differentiated.
    const Variable d_loss = nn::bce_with_logits(discriminator(real), 1.0) +  //
                            nn::bce_with_logits(discriminator(fake.detach()), 0.0);
    d_adam.step(grad(d_loss, d_parameters));

    // G learns to get high logits for the same fakes, through the new D.
    const Variable g_loss = nn::bce_with_logits(discriminator(fake), 1.0);
    g_adam.step(grad(g_loss, g_parameters));

    if (step % 500 == 0) std::printf("step %d: D %.3f, G %.3f\n", step, d_loss.item(), g_loss.item());
  }

  const double after = distance(generator, noise, garments);
  std::printf("distance of the mean pictures: %.3f before, %.3f after\n", before, after);
  const NoGradGuard unrecorded;
  models::write_grid("mlp_gan.png", generator(normal({64, 100})).array());
  std::printf("samples: mlp_gan.png\n");
  return after < 0.5 * before ? 0 : 1;
}

int main() {
  try {
    return run();
  } catch (const models::DataMissing& e) {
    std::fprintf(stderr, "mlp_gan: %s\n", e.what());
    return 77;  // tells ctest that nothing was tested
  }
}
