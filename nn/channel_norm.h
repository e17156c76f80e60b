// SPDX-License-Identifier: BSD-3-Clause
// ChannelNorm: what BatchNorm and InstanceNorm share, a weight, a bias and running statistics for each channel.
#pragma once

#include <xgrad/nn/module.h>

namespace xgrad::nn {

namespace detail {

/// y weight + bias for each channel of y (N, C, ...); y itself when they are undefined.
Variable scaled(const Variable& y, const Variable& weight, const Variable& bias);

}  // namespace detail

class ChannelNorm : public Module {
 public:
  std::string describe() const override;

  Variable weight;                     ///< (C,), starts at 1; undefined without affine
  Variable bias;                       ///< (C,), starts at 0; likewise
  Variable running_mean, running_var;  ///< (C,); undefined when not tracked
  Variable num_batches_tracked;        ///< likewise; of an InstanceNorm PyTorch saves one too, and never counts

 protected:
  struct Parts {
    bool affine, tracked;
    double eps;
    DType dtype;
  };
  /// @throws ValueError unless there are channels.
  ChannelNorm(const char* name, std::int64_t channels, const Parts& parts);

  /// @throws ShapeError unless x is (N, C, ...) of that many axes, DTypeError unless it is floating and of the dtype of
  /// parameters and statistics, where there are any.
  void check_input(const Variable& x, std::size_t least_rank, std::size_t most_rank) const;
  /// (x - running_mean) / sqrt(running_var + eps) weight + bias
  Variable by_running_statistics(const Variable& x) const;

  const char* name_;
  std::int64_t channels_;
  double eps_;
};

}  // namespace xgrad::nn
