// SPDX-License-Identifier: BSD-3-Clause
// GroupNorm and InstanceNorm: what batch normalisation does to channels, done to each sample's groups or channels.
#include <xgrad/autograd/compile/recording.h>
#include <xgrad/autograd/error.h>
#include <xgrad/autograd/grad_mode.h>
#include <xgrad/autograd/kernels/normalize.h>
#include <xgrad/autograd/ops.h>
#include <xgrad/nn/group_norm.h>
#include <xgrad/nn/standardize.h>

namespace xgrad::nn {

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
  const Shape rows{x.size(0) * groups_};
  const Variable y =
      detail::standardize(reshape(x, Shape{1, rows[0], values}), ones(rows, x.dtype()), zeros(rows, x.dtype()), eps_);
  return detail::scaled(reshape(y, x.shape()), weight, bias);
}

std::string GroupNorm::describe() const {
  return "GroupNorm(" + std::to_string(groups_) + ", " + std::to_string(channels_) + ")";
}

InstanceNorm::InstanceNorm(const char* name, std::int64_t channels, std::size_t rank,
                           const InstanceNormOptions& options)
    : ChannelNorm(name, channels, {options.affine, options.track_running_stats, options.eps, options.dtype}),
      rank_(rank),
      momentum_(options.momentum) {}

Variable InstanceNorm::forward(const Variable& x) {
  check_input(x, rank_, rank_);
  if (!is_training() && running_mean.defined()) return by_running_statistics(x);
  std::int64_t count = 1;
  for (std::size_t i = 2; i < rank_; ++i) count *= x.shape()[i];
  if (count < 2) {
    throw ValueError("[" + std::string(name_) + "] needs more than one value a channel, got " + to_string(x.shape()));
  }
  const std::int64_t samples = x.size(0);
  const Shape rows{samples * channels_};
  const Variable lines = reshape(x, Shape{1, rows[0], count});
  if (is_training() && running_mean.defined() && samples > 0 && !xgrad::detail::runs_again()) track(lines);
  const auto for_each_sample = [&](const Variable& v, double otherwise) {
    return v.defined() ? reshape(expand(v, Shape{samples, channels_}), rows) : full(rows, otherwise, x.dtype());
  };
  return reshape(detail::standardize(lines, for_each_sample(weight, 1.0), for_each_sample(bias, 0.0), eps_), x.shape());
}

void InstanceNorm::track(const Variable& lines) {
  const Variable* const reads[] = {&lines};
  const Variable running[] = {running_mean, running_var};
  xgrad::detail::perform("track", reads, running,
                         [to_mean = running_mean, to_var = running_var, channels = channels_,
                          momentum = momentum_](xgrad::detail::Reads in) {
                           const NoGradGuard unrecorded;
                           const Array& x = in[0]->array();
                           const Shape rows{x.shape()[1]};
                           Array sample_mean(rows, x.dtype()), sample_var(rows, x.dtype());
                           kernels::moments(x, sample_mean, sample_var);
                           const auto blend = [&](Variable to, const Array& samples, double factor) {
                             const Variable average = mean(reshape(Variable(samples), {-1, channels}), {0});
                             to.set_array((to * (1.0 - momentum) + average * (momentum * factor)).array());
                           };
                           const auto n = static_cast<double>(x.shape()[2]);
                           blend(to_mean, sample_mean, 1.0);
                           blend(to_var, sample_var, n / (n - 1.0));
                         });
}

}  // namespace xgrad::nn
