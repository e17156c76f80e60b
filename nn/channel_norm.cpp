// SPDX-License-Identifier: BSD-3-Clause
// Parameters, statistics and evaluation of normalisations by channel.
#include <xgrad/nn/channel_norm.h>

#include <xgrad/autograd/error.h>
#include <xgrad/autograd/ops.h>
#include <xgrad/autograd/ops/common.h>

namespace xgrad::nn {

namespace {

/// As (C, 1, ...), which broadcasts against (N, C, ...).
Variable per_channel(const Variable& v, std::size_t rank) {
  Shape shape = v.shape();
  while (shape.rank() + 1 < rank) shape.push_back(1);
  return reshape(v, shape);
}

}  // namespace

namespace detail {

Variable scaled(const Variable& y, const Variable& weight, const Variable& bias) {
  if (!weight.defined()) return y;
  return y * per_channel(weight, y.rank()) + per_channel(bias, y.rank());
}

}  // namespace detail

ChannelNorm::ChannelNorm(const char* name, std::int64_t channels, const Parts& parts)
    : name_(name), channels_(channels), eps_(parts.eps) {
  if (channels <= 0) {
    throw ValueError("[" + std::string(name) + "] needs at least one channel, not " + std::to_string(channels));
  }
  const Shape shape{channels};
  if (parts.affine) {
    weight = register_parameter("weight", Array::full(shape, 1.0, parts.dtype));
    bias = register_parameter("bias", Array::zeros(shape, parts.dtype));
  }
  if (parts.tracked) {
    running_mean = register_buffer("running_mean", Array::zeros(shape, parts.dtype));
    running_var = register_buffer("running_var", Array::full(shape, 1.0, parts.dtype));
    num_batches_tracked = register_buffer("num_batches_tracked", Array::zeros({}, DType::int64));
  }
}

void ChannelNorm::check_input(const Variable& x, std::size_t least_rank, std::size_t most_rank) const {
  if (x.rank() < least_rank || x.rank() > most_rank || x.shape()[1] != channels_) {
    throw ShapeError("[" + std::string(name_) + "] takes (N, " + std::to_string(channels_) + ", ...) of " +
                     std::to_string(least_rank) +
                     (most_rank > least_rank ? " to " + std::to_string(most_rank) : std::string()) + " axes, got " +
                     to_string(x.shape()));
  }
  xgrad::detail::check_floating(name_, x.array());
  const Variable& own = weight.defined() ? weight : running_mean;
  if (own.defined()) xgrad::detail::check_same_dtype(name_, x.array(), own.array());
}

Variable ChannelNorm::by_running_statistics(const Variable& x) const {
  const Variable centred = x - per_channel(running_mean, x.rank());
  const Variable scale = rsqrt(per_channel(running_var, x.rank()) + eps_);
  if (!weight.defined()) return centred * scale;
  return centred * (scale * per_channel(weight, x.rank())) + per_channel(bias, x.rank());
}

std::string ChannelNorm::describe() const { return std::string(name_) + "(" + std::to_string(channels_) + ")"; }

}  // namespace xgrad::nn
