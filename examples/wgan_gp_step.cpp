// SPDX-License-Identifier: BSD-3-Clause
// A critic's step of WGAN-GP, its penalty one line of mathematics, and proof that the gradient is right.
#include <cmath>
#include <cstdio>

#include <xgrad/autograd/autograd.h>
#include <xgrad/nn/nn.h>
#include <xgrad/optim/optim.h>

using namespace xgrad;

/// E D(fake) - E D(real) + 10 E (||grad D(at)|| - 1)^2, at = u real + (1 - u) fake (Gulrajani et al., 2017).
static Variable critic_loss(nn::Module& critic, const Variable& real, const Variable& fake, const Variable& u) {
  const Variable at = (u * real + (1.0 - u) * fake).requires_grad_();
  const Variable slope = grad(sum(critic(at)), at, {.create_graph = true});
  const Variable penalty = mean(square(norm(slope, {1}, false, 1e-12) - 1.0));
  return mean(critic(fake)) - mean(critic(real)) + 10.0 * penalty;
}

/// The loss after moving every parameter by `step` times its direction.
static double loss_at(nn::Module& critic, const Variables& directions, double step, const Variable& real,
                      const Variable& fake, const Variable& u) {
  const StateDict before = critic.state_dict();
  const Variables parameters = critic.parameters();
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    Variable(parameters[i]).set_array((parameters[i].detach() + step * directions[i]).array());
  }
  const double loss = critic_loss(critic, real, fake, u).item();
  critic.load_state_dict(before);
  return loss;
}

int main() {
  manual_seed(7);
  nn::Sequential critic(nn::Linear(2, 64), nn::Tanh(), nn::Linear(64, 64), nn::Tanh(), nn::Linear(64, 1));
  critic.to(DType::float64);
  optim::Adam adam(critic.parameters(), {.lr = 1e-3, .betas = {0.5, 0.9}});

  // Two clouds at Wasserstein distance W = 3. A critic of slope k between them has the loss 10 (k - 1)^2 - k W, whose
  // minimum is -W - W^2 / 40 = -3.225: the penalty makes the critic nearly, not exactly, 1-Lipschitz.
  const double optimum = -3.225;
  const auto cloud = [](double centre) { return centre + normal({256, 2}, 0.0, 0.1, DType::float64); };
  double loss = 0.0;
  for (int step = 0; step < 400; ++step) {
    const Variable real = cloud(0.0) + tensor<double>({3.0, 0.0}, {2});
    const Variable fake = cloud(0.0);
    const Variable u = uniform({256, 1}, 0.0, 1.0, DType::float64);  // one number per sample
    const Variable objective = critic_loss(critic, real, fake, u);
    adam.step(grad(objective, critic.parameters()));
    loss = objective.item();
    if (step % 100 == 99) std::printf("step %3d: loss %.4f, optimum %.4f\n", step + 1, loss, optimum);
  }

  // The loss contains a gradient, so its own gradient is a second derivative. Compare with a central difference.
  const Variable real = cloud(1.0);
  const Variable fake = cloud(-1.0);
  const Variable u = uniform({256, 1}, 0.0, 1.0, DType::float64);
  const Variables gradient = grad(critic_loss(critic, real, fake, u), critic.parameters());
  Variables directions;
  double swept = 0.0;
  for (const Variable& g : gradient) {
    directions.push_back(normal(g.shape(), 0.0, 1.0, DType::float64));
    swept += sum(g * directions.back()).item();
  }
  const double h = 1e-6;
  const double difference =
      (loss_at(critic, directions, h, real, fake, u) - loss_at(critic, directions, -h, real, fake, u)) / (2.0 * h);
  std::printf("slope of the loss along a random direction: %.9g, by differences %.9g\n", swept, difference);
  return std::abs(swept - difference) < 1e-6 * std::abs(difference) && std::abs(loss - optimum) < 0.1 ? 0 : 1;
}
