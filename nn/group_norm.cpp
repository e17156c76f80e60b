// SPDX-License-Identifier: BSD-3-Clause
// GroupNorm and InstanceNorm, made of ops, so that their second derivatives are theirs.
#include <xgrad/autograd/error.h>
#include <xgrad/autograd/grad_mode.h>
#include <xgrad/autograd/ops.h>
#include <xgrad/nn/group_norm.h>

namespace xgrad::nn {

namespace {

/// first, ..., rank - 1
Axes axes_from(std::int64_t first, std::size_t rank) {
  Axes axes;
  for (std::int64_t i = first; i < static_cast<std::int64_t>(rank); ++i) axes.push_back(i);
  return axes;
}

/// (C, 1, ...), which broadcasts against (N, C, ...).
Shape per_channel(std::int64_t channels, std::size_t rank) {
  Shape shape{channels};
  while (shape.rank() + 1 < rank) shape.push_back(1);
  return shape;
}

Variable scaled(const Variable& y, const Variable& weight, const Variable& bias) {
  if (!weight.defined()) return y;
  const Shape shape = per_channel(weight.size(), y.rank());
  return y * reshape(weight, shape) + reshape(bias, shape);
}

}  // namespace

GroupNorm::GroupNorm(std::int64_t groups, std::int64_t channels, const GroupNormOptions& options)
    : groups_(groups), channels_(channels), eps_(options.eps) {
  if (groups <= 0 || channels <= 0 || channels % groups != 0) {
    throw ValueError("[GroupNorm] " + std::to_string(channels) + " channels do not divide into " +
                     std::to_string(groups) + " groups");
  }
  if (!options.affine) return;
  weight = register_parameter("weight", Array::full({channels}, 1.0, options.dtype));
  bias = register_parameter("bias", Array::zeros({channels}, options.dtype));
}

Variable GroupNorm::forward(const Variable& x) {
  if (x.rank() < 2 || x.shape()[1] != channels_) {
    throw ShapeError("[GroupNorm] takes (N, " + std::to_string(channels_) + ", ...), got " + to_string(x.shape()));
  }
  std::int64_t values = channels_ / groups_;
  for (std::size_t i = 2; i < x.rank(); ++i) values *= x.shape()[i];
  const Variable grouped = reshape(x, Shape{x.size(0), groups_, values});
  const Variable centred = grouped - mean(grouped, {2}, true);
  const Variable y = centred * rsqrt(mean(square(centred), {2}, true) + eps_);
  return scaled(reshape(y, x.shape()), weight, bias);
}

std::string GroupNorm::describe() const {
  return "GroupNorm(" + std::to_string(groups_) + ", " + std::to_string(channels_) + ")";
}

InstanceNorm::InstanceNorm(const char* name, std::int64_t channels, std::size_t rank,
                           const InstanceNormOptions& options)
    : name_(name), channels_(channels), rank_(rank), eps_(options.eps), momentum_(options.momentum) {
  if (channels <= 0) {
    throw ValueError("[" + std::string(name) + "] needs at least one channel, not " + std::to_string(channels));
  }
  const Shape shape{channels};
  if (options.affine) {
    weight = register_parameter("weight", Array::full(shape, 1.0, options.dtype));
    bias = register_parameter("bias", Array::zeros(shape, options.dtype));
  }
  if (options.track_running_stats) {
    running_mean = register_buffer("running_mean", Array::zeros(shape, options.dtype));
    running_var = register_buffer("running_var", Array::full(shape, 1.0, options.dtype));
    num_batches_tracked = register_buffer("num_batches_tracked", Array::zeros({}, DType::int64));
  }
}

Variable InstanceNorm::forward(const Variable& x) {
  if (x.rank() != rank_ || x.shape()[1] != channels_) {
    throw ShapeError("[" + std::string(name_) + "] takes (N, " + std::to_string(channels_) + ", ...) of " +
                     std::to_string(rank_) + " axes, got " + to_string(x.shape()));
  }
  if (!is_training() && running_mean.defined()) {
    const Shape shape = per_channel(channels_, rank_);
    const Variable centred = x - reshape(running_mean, shape);
    return scaled(centred * rsqrt(reshape(running_var, shape) + eps_), weight, bias);
  }
  std::int64_t count = 1;
  for (std::size_t i = 2; i < rank_; ++i) count *= x.shape()[i];
  if (count < 2) {
    throw ValueError("[" + std::string(name_) + "] needs more than one value a channel, got " + to_string(x.shape()));
  }
  const Axes image = axes_from(2, rank_);
  const Variable sample_mean = mean(x, image, true);
  const Variable centred = x - sample_mean;
  const Variable sample_var = mean(square(centred), image, true);
  if (is_training() && running_mean.defined() && x.size(0) > 0) track(sample_mean, sample_var, count);
  return scaled(centred * rsqrt(sample_var + eps_), weight, bias);
}

void InstanceNorm::track(const Variable& sample_mean, const Variable& sample_var, std::int64_t count) {
  const NoGradGuard unrecorded;
  const auto blend = [&](Variable& running, const Variable& samples, double factor) {
    const Variable average = reshape(mean(samples.detach(), {0}), running.shape());
    running.set_array((running * (1.0 - momentum_) + average * (momentum_ * factor)).array());
  };
  const auto n = static_cast<double>(count);
  blend(running_mean, sample_mean, 1.0);
  blend(running_var, sample_var, n / (n - 1.0));
}

std::string InstanceNorm::describe() const { return std::string(name_) + "(" + std::to_string(channels_) + ")"; }

}  // namespace xgrad::nn
