// SPDX-License-Identifier: BSD-3-Clause
// The plane's generator and discriminator.
#include <xgrad/models/toy_network.h>

#include <xgrad/nn/activation.h>
#include <xgrad/nn/batch_norm.h>
#include <xgrad/nn/init.h>
#include <xgrad/nn/linear.h>
#include <xgrad/nn/maxout.h>
#include <xgrad/nn/sequential.h>

namespace xgrad::models {

namespace {

// Glorot's uniform weights and zero biases, as in the article's code.
nn::Linear dense(std::int64_t in, std::int64_t out, Generator& random) {
  nn::Linear layer(in, out, {}, random);
  nn::init::xavier_uniform_(layer.weight, 1.0, random);
  nn::init::zeros_(layer.bias);
  return layer;
}

}  // namespace

Networks toy_networks(std::int64_t pac, bool batch_norm, Generator& random) {
  auto g = std::make_shared<nn::Sequential>();
  for (const std::int64_t in : {toy_latent, std::int64_t{400}, std::int64_t{400}, std::int64_t{400}}) {
    g->append(dense(in, 400, random));
    if (batch_norm) g->append(nn::BatchNorm1d(400));
    g->append(nn::ReLU());
  }
  g->append(dense(400, 2, random));

  auto d = std::make_shared<nn::Sequential>();
  for (const std::int64_t in : {2 * pac, std::int64_t{200}, std::int64_t{200}}) {
    d->append(nn::Maxout(in, 200, 5, random));
  }
  d->append(dense(200, 1, random));
  return {std::move(g), std::move(d)};
}

}  // namespace xgrad::models
