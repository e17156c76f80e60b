// SPDX-License-Identifier: BSD-3-Clause
// GAN training steps in libtorch, on MLPs and on convolutional networks: gradients of the updated parameters only,
// dropped after use.
#include <cmath>
#include <map>

#include "peer.h"

namespace peer {
namespace {

/// torch::optim::Adam's arithmetic in fewer element-wise passes: measured a fifth faster (lerp_, one pass less, is
/// slower).
class Adam {
 public:
  Adam(Tensors parameters, double lr, double beta1, double beta2)
      : parameters_(std::move(parameters)), lr_(lr), beta1_(beta1), beta2_(beta2) {
    for (const Tensor& p : parameters_) {
      m_.push_back(torch::zeros_like(p));
      v_.push_back(torch::zeros_like(p));
    }
  }

  void step(const Tensors& gradients) {
    torch::NoGradGuard no_grad;
    ++steps_;
    const double correction1 = 1 - std::pow(beta1_, steps_), correction2 = std::sqrt(1 - std::pow(beta2_, steps_));
    for (std::size_t i = 0; i < parameters_.size(); ++i) {
      const Tensor& g = gradients[i];
      if (beta1_ == 0) {
        m_[i] = g;
      } else {
        m_[i].mul_(beta1_).add_(g, 1 - beta1_);
      }
      v_[i].mul_(beta2_).addcmul_(g, g, 1 - beta2_);
      // lr/c1 m / (sqrt(v)/c2 + eps) with numerator and denominator multiplied by c2
      parameters_[i].addcdiv_(m_[i], v_[i].sqrt().add_(1e-8 * correction2), -lr_ * correction2 / correction1);
    }
  }

 private:
  Tensors parameters_, m_, v_;
  double lr_, beta1_, beta2_;
  int steps_ = 0;
};

/// Two networks, and the extents of an image after the batch axis.
struct Networks {
  Net generator, critic;
  std::vector<std::int64_t> image;
};

/// Networks, optimisers and pools of batches.
struct Gan {
  Gan(Networks networks, double lr, double beta1, double beta2)
      : generator(std::move(networks.generator)),
        critic(std::move(networks.critic)),
        adam_g(generator.parameters, lr, beta1, beta2),
        adam_d(critic.parameters, lr, beta1, beta2) {
    std::vector<std::int64_t> real{64}, one_per_sample{64};
    real.insert(real.end(), networks.image.begin(), networks.image.end());
    one_per_sample.resize(real.size(), 1);
    for (std::size_t j = 0; j < bench::pool_size; ++j) {
      noise.push_back(uniform11(bench::streams::noise + j, {64, 100}, bench::noise_scale));
      data.push_back(uniform11(bench::streams::data + j, real));
      mixing.push_back(tensor(bench::uniform01(bench::streams::mixing + j, 64), one_per_sample));
    }
  }

  Net generator, critic;
  Adam adam_g, adam_d;
  Tensors noise, data, mixing;
  std::size_t k = 0;
};

Networks mlps() {
  return {mlp(bench::streams::generator, {100, 128, 256, 784}, Activation::leaky_relu, Activation::tanh),
          mlp(bench::streams::critic, {784, 256, 128, 1}, Activation::leaky_relu, Activation::none),
          {784}};
}
Networks dcgan() { return {dcgan_generator(), dcgan_critic(/*batch_norm=*/true), {1, 28, 28}}; }
Networks conv_critic() { return {dcgan_generator(), dcgan_critic(/*batch_norm=*/false), {1, 28, 28}}; }

/// Cross-entropy of logits with constant targets 1 and 0.
Tensor bce_real(const Tensor& logits) { return at::softplus(-logits).mean(); }
Tensor bce_fake(const Tensor& logits) { return at::softplus(logits).mean(); }

Tensor update_critic(Gan& gan, const Tensor& x, const Tensor& fake) {
  Tensor loss = bce_real(gan.critic(x)) + bce_fake(gan.critic(fake.detach()));
  gan.adam_d.step(gradients(loss, gan.critic.parameters));
  return loss;
}

Tensors gan_update(Gan& gan, const Tensor& x, const Tensor& z) {
  const Tensor fake = gan.generator(z);
  Tensor loss_d = update_critic(gan, x, fake);
  Tensor loss_g = bce_real(gan.critic(fake));
  gan.adam_g.step(gradients(loss_g, gan.generator.parameters));
  return {loss_d, loss_g};
}

template <Networks (*networks)()>
Workload gan_step() {
  return {[gan = Gan(networks(), 2e-4, 0.5, 0.999)]() mutable -> Tensors {
    const std::size_t j = gan.k++ % bench::pool_size;
    return gan_update(gan, gan.data[j], gan.noise[j]);
  }};
}

Workload atgp_z() {
  Gan gan(mlps(), 2e-4, 0.5, 0.999);
  for (Tensor& z : gan.noise) z.requires_grad_();
  return {[gan = std::move(gan), ones = torch::ones({64, 1})]() mutable -> Tensors {
    const std::size_t j = gan.k++ % bench::pool_size;
    const Tensor& z = gan.noise[j];
    const Tensor fake = gan.generator(z);
    Tensor loss_d = update_critic(gan, gan.data[j], fake);
    const Tensor logits = gan.critic(fake);
    const Tensor g = torch::autograd::grad({logits}, {z}, {ones}, c10::nullopt, /*create_graph=*/true)[0];
    Tensor penalty = g.square().sum() * (1.0 / 64);
    Tensor loss_g = bce_real(logits) + penalty;
    gan.adam_g.step(gradients(loss_g, gan.generator.parameters));
    return {loss_d, loss_g, penalty};
  }};
}

template <Networks (*networks)()>
Workload wgan_gp_step() {
  return {[gan = Gan(networks(), 1e-4, 0, 0.9), ones = torch::ones({64, 1})]() mutable -> Tensors {
    const std::size_t j = gan.k++ % bench::pool_size;
    const Tensor& x = gan.data[j];
    const Tensor fake = gan.generator(gan.noise[j]);
    const Tensor constant_fake = fake.detach();
    const Tensor mixed = at::lerp(constant_fake, x, gan.mixing[j]).requires_grad_();
    const Tensor g =
        torch::autograd::grad({gan.critic(mixed)}, {mixed}, {ones}, c10::nullopt, /*create_graph=*/true)[0];
    Tensor penalty = ((g.flatten(1).square().sum(1) + 1e-12).sqrt() - 1).square().mean();
    Tensor loss_d = gan.critic(constant_fake).mean() - gan.critic(x).mean() + 10 * penalty;
    gan.adam_d.step(gradients(loss_d, gan.critic.parameters));
    Tensor loss_g = -gan.critic(fake).mean();
    gan.adam_g.step(gradients(loss_g, gan.generator.parameters));
    return {loss_d, loss_g, penalty};
  }};
}

}  // namespace

std::function<Tensors(const Tensor&, const Tensor&)> gan_training() {
  return
      [gan = Gan(mlps(), 2e-4, 0.5, 0.999)](const Tensor& x, const Tensor& z) mutable { return gan_update(gan, x, z); };
}

std::map<std::string, std::function<Workload()>> gan_workloads() {
  return {{"gan_mlp", gan_step<mlps>},
          {"wgan_gp_mlp", wgan_gp_step<mlps>},
          {"atgp_z", atgp_z},
          {"dcgan28", gan_step<dcgan>},
          {"wgan_gp_conv28", wgan_gp_step<conv_critic>}};
}

}  // namespace peer
