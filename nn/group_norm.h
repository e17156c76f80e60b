// SPDX-License-Identifier: BSD-3-Clause
// Normalisation of each sample by itself: over groups of its channels, or over each channel.
#pragma once

#include <xgrad/nn/channel_norm.h>

namespace xgrad::nn {

struct GroupNormOptions {
  double eps = 1e-5;
  bool affine = true;
  DType dtype = DType::float32;
};

/// y = (x - mean) / sqrt(var + eps) * weight + bias for x (N, C, ...), with mean and biased variance over each sample's
/// C / groups channels and all further axes (Wu & He, 2018). weight and bias (C,) start at 1 and 0. Samples do not see
/// each other, so that per-sample gradient penalties make sense.
/// @throws ValueError when the channels do not divide into the groups, ShapeError on another number of channels.
class GroupNorm : public Module {
 public:
  GroupNorm(std::int64_t groups, std::int64_t channels, const GroupNormOptions& options = {});
  Variable forward(const Variable& x) override;
  std::string describe() const override;

  Variable weight;  ///< undefined without affine
  Variable bias;

 private:
  std::int64_t groups_, channels_;
  double eps_;
};

struct InstanceNormOptions {
  double eps = 1e-5;
  double momentum = 0.1;  ///< running = (1 - momentum) running + momentum batch
  bool affine = false;
  bool track_running_stats = false;
  DType dtype = DType::float32;
};

/// y = (x - mean) / sqrt(var + eps) (* weight + bias, when affine) for each channel of each sample of x (N, C, ...),
/// with mean and biased variance over the further axes (Ulyanov et al., 2016). With running statistics, a training
/// batch is still normalised by its own, and their averages over the samples (the variance unbiased) are taken in;
/// evaluation mode uses the running ones. Samples do not see each other in either mode.
/// @throws ShapeError on another number of axes or channels, DTypeError on another dtype than that of parameters and
/// statistics, ValueError on a single value a channel where its own statistics are used.
class InstanceNorm : public ChannelNorm {
 public:
  Variable forward(const Variable& x) override;

 protected:
  InstanceNorm(const char* name, std::int64_t channels, std::size_t rank, const InstanceNormOptions& options);

 private:
  void track(const Variable& lines);

  std::size_t rank_;
  double momentum_;
};

/// For (N, C, L).
class InstanceNorm1d : public InstanceNorm {
 public:
  explicit InstanceNorm1d(std::int64_t channels, const InstanceNormOptions& options = {})
      : InstanceNorm("InstanceNorm1d", channels, 3, options) {}
};

/// For (N, C, H, W).
class InstanceNorm2d : public InstanceNorm {
 public:
  explicit InstanceNorm2d(std::int64_t channels, const InstanceNormOptions& options = {})
      : InstanceNorm("InstanceNorm2d", channels, 4, options) {}
};

}  // namespace xgrad::nn
