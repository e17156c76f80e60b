// SPDX-License-Identifier: BSD-3-Clause
// A user's first program: the second derivative of tanh, checked against its closed form.
#include <cmath>
#include <cstdio>

#include <xgrad/autograd/autograd.h>

int main() {
  const double at = 0.5;
  const xgrad::Variable x(xgrad::Array::scalar(at, xgrad::DType::float64), true);
  const xgrad::Variable first = xgrad::grad(tanh(x), x, {.create_graph = true});
  const double second = xgrad::grad(first, x).item();
  const double t = std::tanh(at);
  const double expected = -2 * t * (1 - t * t);
  std::printf("tanh''(%g) = %.15g, expected %.15g\n", at, second, expected);
  return std::abs(second - expected) < 1e-12 ? 0 : 1;
}
