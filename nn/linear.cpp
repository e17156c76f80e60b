// SPDX-License-Identifier: BSD-3-Clause
// Linear: its parameters and their default initialisation.
#include <cmath>

#include <xgrad/autograd/error.h>
#include <xgrad/autograd/ops/linalg.h>
#include <xgrad/nn/init.h>
#include <xgrad/nn/linear.h>

namespace xgrad::nn {

namespace {

void draw(const Variable& weight, const Variable& bias, Generator& generator) {
  init::kaiming_uniform_(weight, {.a = std::sqrt(5.0)}, generator);
  if (!bias.defined()) return;
  const double bound = 1.0 / std::sqrt(static_cast<double>(weight.size(1)));
  init::uniform_(bias, -bound, bound, generator);
}

}  // namespace

Linear::Linear(std::int64_t in, std::int64_t out, LinearOptions options, Generator& generator) {
  if (in <= 0 || out <= 0) {
    throw ValueError("[Linear] needs at least one feature in and out, not " + std::to_string(in) + " and " +
                     std::to_string(out));
  }
  weight = register_parameter("weight", Array(Shape{out, in}, options.dtype));
  if (options.bias) bias = register_parameter("bias", Array(Shape{out}, options.dtype));
  draw_initial(generator, parameters(), [w = weight, b = bias](Generator& g) { draw(w, b, g); });
}

void Linear::reset_parameters(Generator& generator) { draw(weight, bias, generator); }

Variable Linear::forward(const Variable& x) { return linear(x, weight, bias); }

std::string Linear::describe() const {
  return "Linear(" + std::to_string(weight.size(1)) + ", " + std::to_string(weight.size(0)) +
         (bias.defined() ? ")" : ", no bias)");
}

}  // namespace xgrad::nn
