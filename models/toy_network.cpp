// SPDX-License-Identifier: BSD-3-Clause
// The plane's generators and discriminators.
#include <xgrad/models/toy_network.h>

#include <xgrad/models/suggest.h>
#include <xgrad/nn/activation.h>
#include <xgrad/nn/batch_norm.h>
#include <xgrad/nn/init.h>
#include <xgrad/nn/linear.h>
#include <xgrad/nn/maxout.h>
#include <xgrad/nn/sequential.h>

namespace xgrad::models {

const ToyNetwork& find_toy_network(std::string_view name) {
  static const std::vector<ToyNetwork> table = {
      {.name = "published",
       .g_layers = 4,
       .g_width = 400,
       .batch_norm = true,
       .d_layers = 3,
       .d_width = 200,
       .d_pieces = 5,
       .weight_sd = 0.02,
       .lr = 1e-4,
       .average = 0.0},
      {.name = "small",
       .g_layers = 2,
       .g_width = 128,
       .batch_norm = false,
       .d_layers = 2,
       .d_width = 128,
       .d_pieces = 1,
       .weight_sd = 0.0,
       .lr = 1e-3,
       .average = 0.999},
  };
  return find_row(table, name, "network");
}

Networks toy_networks(const ToyNetwork& network, std::int64_t pac, bool batch_norm, Generator& random) {
  batch_norm = batch_norm && network.batch_norm;
  auto g = std::make_shared<nn::Sequential>();
  std::int64_t in = toy_latent;
  for (std::int64_t i = 0; i < network.g_layers; ++i) {
    g->append(nn::Linear(in, network.g_width, {.bias = !batch_norm}, random));
    if (batch_norm) g->append(nn::BatchNorm1d(network.g_width));
    g->append(nn::ReLU());
    in = network.g_width;
  }
  g->append(nn::Linear(in, 2, {}, random));

  auto d = std::make_shared<nn::Sequential>();
  in = 2 * pac;
  for (std::int64_t i = 0; i < network.d_layers; ++i) {
    if (network.d_pieces > 1) {
      d->append(nn::Maxout(in, network.d_width, network.d_pieces, random));
    } else {
      d->append(nn::Linear(in, network.d_width, {}, random));
      d->append(nn::LeakyReLU(0.2));
    }
    in = network.d_width;
  }
  d->append(nn::Linear(in, 1, {}, random));

  for (const auto& player : {g, d}) {
    for (auto& [name, parameter] : player->named_parameters()) {
      if (name.ends_with("bias")) {
        nn::init::zeros_(parameter);
      } else if (parameter.rank() == 2 && network.weight_sd > 0.0) {
        nn::init::normal_(parameter, 0.0, network.weight_sd, random);
      }
    }
  }
  return {std::move(g), std::move(d)};
}

}  // namespace xgrad::models
