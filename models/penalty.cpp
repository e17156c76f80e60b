// SPDX-License-Identifier: BSD-3-Clause
// The penalties as formulas; each differentiates a gradient.
#include <xgrad/models/penalty.h>

#include <xgrad/autograd/engine.h>
#include <xgrad/autograd/error.h>
#include <xgrad/autograd/grad_mode.h>
#include <xgrad/autograd/ops.h>
#include <xgrad/nn/module.h>

namespace xgrad::models {

namespace {

Variable half_mean_square_norm(const Variable& slopes) { return 0.5 * mean_square_norm(slopes); }

}  // namespace

Variable slopes(const Variable& score, const Variable& at) {
  return reshape(grad(sum(score), at, {.create_graph = true}), {score.size(0), -1});
}

Variable mean_square_from_one(const Variable& slopes) { return mean(square(norm(slopes, {1}, false, 1e-12) - 1.0)); }

Variable mean_square_norm(const Variable& slopes) { return mean(sum(square(slopes), {1})); }

Variable unit_norm_penalty(const Variable& score, const Variable& at) {
  return mean_square_from_one(slopes(score, at));
}

Variable square_norm_penalty(const Variable& score, const Variable& at) { return mean_square_norm(slopes(score, at)); }

Variable interpolate(const Variable& x, const Variable& y, Generator& random) {
  Shape one_per_sample = x.shape();
  for (std::size_t i = 1; i < one_per_sample.rank(); ++i) one_per_sample[i] = 1;
  const Variable u = uniform(one_per_sample, 0.0, 1.0, x.dtype(), random);
  return (u * x.detach() + (1.0 - u) * y.detach()).requires_grad_();
}

Variable perturb(const Variable& x, Generator& random) {
  const Variable data = x.detach();
  const Variable noise = normal(x.shape(), 0.0, 1.0, x.dtype(), random);
  return (data + 0.5 * stddev(data, {}, false, 0.0) * noise).requires_grad_();
}

Variable Penalty::operator()(const Round& round, Generator& random, Variable* norms) const {
  const auto measured = [&](const Variable& score, const Variable& at) {
    const Variable rows = slopes(on == On::probability ? sigmoid(score) : score, at);
    if (norms) {
      const NoGradGuard guard;
      const Variable lengths = norm(rows.detach(), {1});
      *norms = norms->defined() ? concat({*norms, lengths}) : lengths;
    }
    return measure(rows);
  };
  if (norms) *norms = {};
  Variable at;
  Variable score;
  switch (point) {
    case Point::real:
      at = round.real, score = round.r;
      break;
    case Point::fake:
      at = round.fake, score = round.f;
      break;
    case Point::real_and_fake: {
      const Variable at_real = measured(round.r, round.real);
      return weight * every * (at_real + measured(round.f, round.fake));
    }
    case Point::latent:
      at = round.z, score = round.f;
      break;
    case Point::interpolated:
      at = interpolate(round.real, round.fake, random);
      break;
    case Point::perturbed:
      at = perturb(round.real, random);
      break;
  }
  if (!score.defined()) score = round.discriminator(at);
  return weight * every * measured(score, at);
}

Penalty wgan_gp(double lambda) {
  return {.name = "wgan-gp",
          .formula = "lambda E(||grad D(xh)|| - 1)^2, xh = u x + (1 - u) G(z)",
          .weight = lambda,
          .point = Penalty::Point::interpolated,
          .measure = mean_square_from_one};
}

Penalty r1(double gamma) {
  return {.name = "r1",
          .formula = "lambda/2 E||grad D(x)||^2",
          .weight = gamma,
          .point = Penalty::Point::real,
          .measure = half_mean_square_norm};
}

Penalty r2(double gamma) {
  return {.name = "r2",
          .formula = "lambda/2 E||grad D(G(z))||^2",
          .weight = gamma,
          .point = Penalty::Point::fake,
          .measure = half_mean_square_norm};
}

Penalty r1_and_r2(double gamma) {
  return {.name = "r1-r2",
          .formula = "lambda/2 (E||grad D(x)||^2 + E||grad D(G(z))||^2)",
          .weight = gamma,
          .point = Penalty::Point::real_and_fake,
          .measure = half_mean_square_norm};
}

Penalty dragan(double lambda) {
  return {.name = "dragan",
          .formula = "lambda E(||grad D(x + n)|| - 1)^2, n ~ N(0, (sd(x)/2)^2)",
          .weight = lambda,
          .point = Penalty::Point::perturbed,
          .measure = mean_square_from_one};
}

Penalty latent_gradient(double lambda, Penalty::Player player) {
  return {.name = "latent-gradient",
          .formula = "lambda E||grad_z D(G(z))||^2",
          .weight = lambda,
          .point = Penalty::Point::latent,
          .measure = mean_square_norm,
          .player = player};
}

Penalty lazy(Penalty penalty, int k) {
  penalty.every = k;
  return penalty;
}

void refuse_mixing(const Penalty& penalty, const nn::Module& network) {
  const nn::Module* culprit = nullptr;
  std::string place;
  for (const auto& [name, module] : network.named_modules()) {
    if (!module->mixes_samples()) continue;
    culprit = module;  // a module comes before its parts, so the last one is the innermost
    place = name;
  }
  if (!culprit) return;
  throw ValueError("[" + penalty.name + "] the penalty needs each sample's own gradient, but " +
                   (place.empty() ? "the network " : "module \"" + place + "\", ") + culprit->describe() +
                   ", mixes the samples of a batch; use a layer that does not (LayerNorm, GroupNorm, InstanceNorm), "
                   "spectral normalisation "
                   "instead, or no penalty");
}

}  // namespace xgrad::models
