// SPDX-License-Identifier: BSD-3-Clause
// The power iteration, and the division by its estimate.
#include <algorithm>

#include <xgrad/autograd/error.h>
#include <xgrad/autograd/grad_mode.h>
#include <xgrad/autograd/ops.h>
#include <xgrad/nn/spectral_norm.h>

namespace xgrad::nn::detail {

namespace {

/// Iterations on a fresh u: enough that sigma is within a few per cent of a random matrix's largest singular value.
constexpr int first_iterations = 15;

/// x / max(|x|, eps), of any shape.
Variable unit(const Variable& x, double eps) {
  const double least = x.dtype() == DType::float32 ? 0x1p-126 : 0x1p-1022;  // an eps that is 0 there keeps nothing off
  return x / maximum(norm(x), full({}, std::max(eps, least), x.dtype()));
}

}  // namespace

SpectralEstimate::SpectralEstimate(const Variable& weight, std::int64_t axis, const SpectralNormOptions& options)
    : axis_(normalize_axis(options.dim.value_or(axis), weight.rank(), "SpectralNorm")),
      iterations_(options.n_power_iterations),
      eps_(options.eps) {
  if (iterations_ < 1) {
    throw ValueError("[SpectralNorm] needs at least one power iteration, not " + std::to_string(iterations_));
  }
  if (!(eps_ > 0.0)) throw ValueError("[SpectralNorm] eps must be positive");
  const std::int64_t outputs = weight.shape()[axis_];
  u = zeros({outputs}, weight.dtype());
  v = zeros({weight.size() / outputs}, weight.dtype());
}

void SpectralEstimate::start(const Variable& weight, Generator& generator) {
  u.set_array(unit(normal(u.shape(), 0.0, 1.0, u.dtype(), generator), eps_).array());
  iterate(weight, first_iterations);
}

Variable SpectralEstimate::matrix(const Variable& weight) const {
  Axes order{static_cast<std::int64_t>(axis_)};
  for (std::size_t i = 0; i < weight.rank(); ++i) {
    if (i != axis_) order.push_back(static_cast<std::int64_t>(i));
  }
  return reshape(axis_ == 0 ? weight : permute(weight, order), {weight.shape()[axis_], -1});
}

void SpectralEstimate::iterate(const Variable& weight, int times) {
  const NoGradGuard unrecorded;
  const Variable w = matrix(weight);
  Variable left = unsqueeze(u, -1);
  Variable right;
  for (int i = 0; i < times; ++i) {
    right = unit(matmul(w, left, true), eps_);
    left = unit(matmul(w, right), eps_);
  }
  u.set_array(left.array().reshape(u.shape()));
  v.set_array(right.array().reshape(v.shape()));
}

Variable SpectralEstimate::normalized(const Variable& weight, bool move_on) {
  if (move_on) iterate(weight, iterations_);
  const Variable sigma = sum(u.detach() * squeeze(matmul(matrix(weight), unsqueeze(v.detach(), -1)), {-1}));
  return weight / sigma;
}

}  // namespace xgrad::nn::detail
