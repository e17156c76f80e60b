// SPDX-License-Identifier: BSD-3-Clause
// The sized workloads: batch, depth, chain length, order of differentiation.
#include "scaling.h"

#include <map>
#include <memory>

#include <xgrad/autograd/engine.h>
#include <xgrad/autograd/memory.h>
#include <xgrad/nn/activation.h>
#include <xgrad/nn/linear.h>
#include <xgrad/nn/sequential.h>

namespace bench {
namespace {

using namespace xgrad;

/// A network and what it is fed.
struct Regression {
  nn::Sequential net;
  Variable x;
};

std::shared_ptr<Regression> regression(std::int64_t layers, std::int64_t width, std::int64_t inputs,
                                       std::int64_t batch) {
  auto r = std::make_shared<Regression>();
  for (std::int64_t i = 0; i < layers; ++i) {
    r->net.append(nn::Linear(i == 0 ? inputs : width, i + 1 == layers ? 1 : width));
    if (i + 1 < layers) r->net.append(nn::Tanh());
  }
  fill_parameters(r->net, streams::classifier);
  r->x = uniform11(streams::data, {batch, inputs});
  return r;
}

/// Derivatives of sum(net(x)) by x, one after the other; the sum of the squares of all of them, and its gradients.
Variables penalty_step(Regression& r, std::int64_t order) {
  const Variable x = r.x.detach().requires_grad_();
  Variable value = sum(r.net(x));
  Variable penalty = full({}, 0.0);
  for (std::int64_t i = 0; i < order; ++i) {
    const Variable derivative = grad(value, x, {.create_graph = true});
    penalty = penalty + mean(square(derivative));
    value = sum(derivative);
  }
  return grad(penalty, r.net.parameters(), {.materialize_zeros = true});
}

Variables regression_step(Regression& r) { return grad(mean(square(r.net(r.x))), r.net.parameters()); }

using Make = Workload<Variable> (*)(std::int64_t size);

const std::map<std::string, Make>& catalogue() {
  static const std::map<std::string, Make> makers = {
      {"scaling_batch",
       [](std::int64_t n) -> Workload<Variable> {
         return {[r = regression(3, 256, image_size, n)] { return regression_step(*r); }};
       }},
      {"scaling_depth",
       [](std::int64_t n) -> Workload<Variable> {
         return {[r = regression(n, 128, 128, 64)] { return regression_step(*r); }};
       }},
      {"scaling_chain",
       [](std::int64_t n) -> Workload<Variable> {
         return {[x = full({1}, 0.999).requires_grad_(), n]() -> Variables {
           Variable y = x;
           for (std::int64_t i = 0; i < n; ++i) y = i % 2 == 0 ? y * 0.999 : y + 0.001;
           return {grad(y, x)};
         }};
       }},
      {"scaling_order", [](std::int64_t n) -> Workload<Variable> {
         return {[r = regression(3, 256, image_size, 64), n] { return penalty_step(*r, n); }};
       }}};
  return makers;
}

}  // namespace

std::vector<std::string> scaling_names() {
  std::vector<std::string> names;
  for (const auto& [name, make] : catalogue()) names.push_back(name);
  return names;
}

Record measure_scaling(const Options& options) {
  const double base = peak_rss_mb();
  Workload<Variable> workload = catalogue().at(options.workload)(options.size);
  workload.check = [](const Variables&) { return std::vector<double>{}; };
  Record record = measure(workload, options, [] { return memory::statistics().system_requests; },
                          {.warm_up_steps = 3, .warm_up_ms = 100, .timed_steps = 5});
  record.more = {{"size", static_cast<double>(options.size)}, {"base_rss_mb", base}};
  return record;
}

}  // namespace bench
