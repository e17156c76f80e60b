// SPDX-License-Identifier: BSD-3-Clause
// BatchNorm: standardised channels in training, ops on the running statistics in evaluation.
#include <xgrad/autograd/compile/recording.h>
#include <xgrad/autograd/error.h>
#include <xgrad/autograd/grad_mode.h>
#include <xgrad/autograd/kernels/normalize.h>
#include <xgrad/autograd/ops.h>
#include <xgrad/nn/batch_norm.h>
#include <xgrad/nn/standardize.h>

namespace xgrad::nn {

BatchNorm::BatchNorm(const char* name, std::int64_t channels, std::size_t least_rank, std::size_t most_rank,
                     const BatchNormOptions& options)
    : ChannelNorm(name, channels, {options.affine, options.track_running_stats, options.eps, options.dtype}),
      least_rank_(least_rank),
      most_rank_(most_rank),
      momentum_(options.momentum) {}

Variable BatchNorm::forward(const Variable& x) {
  check_input(x, least_rank_, most_rank_);
  if (!uses_batch()) return by_running_statistics(x);
  const std::int64_t count = x.size() / channels_;
  if (count < 2) {
    throw ValueError("[" + std::string(name_) + "] needs more than one value a channel in training, got " +
                     to_string(x.shape()) + "; use a larger batch or eval()");
  }
  if (is_training() && running_mean.defined() && !xgrad::detail::runs_again()) track(x, count);
  const Shape channels{channels_};
  return detail::standardize(x, weight.defined() ? weight : full(channels, 1.0, x.dtype()),
                             weight.defined() ? bias : full(channels, 0.0, x.dtype()), eps_);
}

void BatchNorm::track(const Variable& x, std::int64_t count) {
  const Variable* const reads[] = {&x};
  const Variable running[] = {running_mean, running_var, num_batches_tracked};
  xgrad::detail::perform("track", reads, running,
                         [mean = running_mean, var = running_var, tracked = num_batches_tracked, momentum = momentum_,
                          count](xgrad::detail::Reads in) {
                           const NoGradGuard unrecorded;
                           Array batch_mean(mean.shape(), mean.dtype()), batch_var(var.shape(), var.dtype());
                           kernels::moments(in[0]->array(), batch_mean, batch_var);
                           const std::int64_t batches = tracked.item<std::int64_t>() + 1;
                           const double share = momentum.value_or(1.0 / static_cast<double>(batches));
                           const auto blend = [share](Variable running, const Array& batch, double factor) {
                             running.set_array((running * (1.0 - share) + Variable(batch) * (share * factor)).array());
                           };
                           const auto n = static_cast<double>(count);
                           blend(mean, batch_mean, 1.0);
                           blend(var, batch_var, n / (n - 1.0));
                           Variable(tracked).set_array(Array::full({}, static_cast<double>(batches), DType::int64));
                         });
}

}  // namespace xgrad::nn
