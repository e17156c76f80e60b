// SPDX-License-Identifier: BSD-3-Clause
// A Hessian-vector product of a classifier by reverse over reverse.
#include <memory>

#include <xgrad/autograd/engine.h>
#include <xgrad/nn/activation.h>
#include <xgrad/nn/linear.h>
#include <xgrad/nn/loss.h>
#include <xgrad/nn/sequential.h>

#include "workloads.h"

namespace bench {
namespace {

using namespace xgrad;

struct Classifier {
  Classifier() {
    fill_parameters(net, streams::classifier);
    for (const Variable& p : net.parameters()) {
      directions.push_back(uniform11(streams::direction + directions.size(), p.shape()));
    }
    std::vector<std::int64_t> classes(128);
    for (std::size_t i = 0; i < classes.size(); ++i) classes[i] = static_cast<std::int64_t>(i % 10);
    labels = tensor(classes, {128});
  }

  nn::Sequential net{nn::Linear(image_size, 512), nn::Tanh(), nn::Linear(512, 512), nn::Tanh(), nn::Linear(512, 10)};
  Variables directions;
  Variable x = uniform11(streams::data, {128, image_size}), labels;
};

/// The loss, then H v for each parameter.
Variables hvp_step(Classifier& classifier) {
  const Variables parameters = classifier.net.parameters();
  const Variable loss = nn::cross_entropy(classifier.net(classifier.x), classifier.labels);
  const Variables gradients = grad(loss, parameters, {.create_graph = true});
  Variables results = grad(gradients, parameters, classifier.directions);
  results.insert(results.begin(), loss);
  return results;
}

Step hvp_mlp() {
  const auto classifier = std::make_shared<Classifier>();
  return {[classifier](const Variables&) { return hvp_step(*classifier); },
          [classifier](const Variables& results) -> std::vector<double> {
            const Variable product = results[1].detach() * classifier->directions[0];
            return {results[0].item(), sum(astype(product, DType::float64)).item()};
          }};
}

}  // namespace

Catalogue second_order_workloads() { return {{"hvp_mlp", hvp_mlp}}; }

}  // namespace bench
