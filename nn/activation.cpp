// SPDX-License-Identifier: BSD-3-Clause
// Activation modules: each calls its op.

#include <xgrad/autograd/ops/math.h>
#include <xgrad/autograd/text.h>
#include <xgrad/nn/activation.h>

namespace xgrad::nn {

namespace {

std::string with_parameter(const char* name, double value) {
  return std::string(name) + '(' + xgrad::detail::text_of(value) + ')';
}

}  // namespace

Variable ReLU::forward(const Variable& x) { return relu(x); }
Variable LeakyReLU::forward(const Variable& x) { return leaky_relu(x, slope); }
std::string LeakyReLU::describe() const { return with_parameter("LeakyReLU", slope); }
Variable ELU::forward(const Variable& x) { return elu(x, alpha); }
std::string ELU::describe() const { return with_parameter("ELU", alpha); }
Variable Tanh::forward(const Variable& x) { return tanh(x); }
Variable Sigmoid::forward(const Variable& x) { return sigmoid(x); }
Variable GELU::forward(const Variable& x) { return gelu(x); }
Variable SiLU::forward(const Variable& x) { return silu(x); }
Variable Softplus::forward(const Variable& x) { return softplus(x); }

}  // namespace xgrad::nn
