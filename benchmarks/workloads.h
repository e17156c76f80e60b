// SPDX-License-Identifier: BSD-3-Clause
// The workloads by family, and the bridge from streams to Variables.
#pragma once

#include <map>
#include <string>

#include <xgrad/autograd/ops.h>
#include <xgrad/autograd/variable.h>
#include <xgrad/nn/module.h>

#include "harness.h"
#include "streams.h"

namespace bench {

using xgrad::Shape;
using xgrad::Variable;
using xgrad::Variables;

/// Element products of stream s in [-scale, scale).
inline Variable uniform11(std::uint64_t s, const Shape& shape, float scale = 1) {
  return xgrad::tensor(uniform11(s, static_cast<std::size_t>(shape.numel()), scale), shape);
}

/// Gives the parameters, in order of declaration, the values of streams base, base + 1, ... within 1 / sqrt(fan_in) of
/// their layer, the bias as well; fan_in is the product of all extents of a weight but the first. Batch normalisation
/// keeps its ones and zeros.
void fill_parameters(xgrad::nn::Module& network, std::uint64_t base);

/// A step is an epoch of gan_mnist's default GAN on Fashion-MNIST, data loading included.
Record measure_epoch(const Options& options);

/// One step of a workload as a function of what changes from one to the next.
struct Step {
  std::function<Variables(const Variables&)> run;
  std::function<std::vector<double>(const Variables&)> check = Workload<Variable>{}.check;
  std::function<Variables()> inputs = [] { return Variables{}; };
};

using Catalogue = std::map<std::string, Step (*)()>;
Catalogue gan_workloads();
Catalogue second_order_workloads();
Catalogue tape_workloads();
Catalogue elementwise_workloads();
Catalogue convolution_workloads();

}  // namespace bench
