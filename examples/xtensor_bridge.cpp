// SPDX-License-Identifier: BSD-3-Clause
// xtensor in, xtensor out: any expression becomes a Variable, and a view of a result costs no copy.
#include <cstdio>

#include <xgrad/autograd/autograd.h>
#include <xgrad/autograd/xtensor.h>

int main() {
  // An expression over column-major memory. It is evaluated once, into row-major memory of its own.
  const xt::xarray<double, xt::layout_type::column_major> points = {{1.0, 2.0}, {3.0, 4.0}, {5.0, 6.0}};
  const xgrad::Variable x(10.0 * points - 1.0);
  std::printf("x =\n%s\n", to_string(x).c_str());

  const xgrad::Variable w(xgrad::Array(xt::xarray<double>{1.0, -1.0}), true);
  const xgrad::Variable gradient = xgrad::grad(sum(square(x * w)), w);

  // A view reads the gradient's own memory; the gradient must outlive it.
  const auto view = gradient.array().view<double>();
  const bool no_copy = view.data() == gradient.array().data<double>();
  const xt::xarray<double> half = 0.5 * view;
  std::printf("half the gradient: (%g, %g), no copy: %s\n", half(0), half(1), no_copy ? "yes" : "no");

  // d/dw_j sum_i (x_ij w_j)^2 = 2 w_j sum_i x_ij^2
  const bool right = half(0) == 81.0 + 841.0 + 2401.0 && half(1) == -(361.0 + 1521.0 + 3481.0);
  return right && no_copy ? 0 : 1;
}
