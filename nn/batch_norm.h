// SPDX-License-Identifier: BSD-3-Clause
// Batch normalisation over everything but the channel axis.
#pragma once

#include <optional>

#include <xgrad/nn/channel_norm.h>

namespace xgrad::nn {

struct BatchNormOptions {
  double eps = 1e-5;
  /// running = (1 - momentum) running + momentum batch; nullopt: the plain average of all batches.
  std::optional<double> momentum = 0.1;
  bool affine = true;
  bool track_running_stats = true;
  DType dtype = DType::float32;
};

/// y = (x - mean) / sqrt(var + eps) * weight + bias for each channel c of x (N, C, ...) (Ioffe & Szegedy, 2015). In
/// training mode mean and biased variance are the batch's, and the running statistics take them in (the variance
/// unbiased), as in PyTorch; in evaluation mode they are the running ones. Samples of a training batch see each other:
/// mixes_samples() says so.
/// @throws ShapeError on another number of axes or channels, DTypeError on another dtype, ValueError on one value a
/// channel in training.
class BatchNorm : public ChannelNorm {
 public:
  Variable forward(const Variable& x) override;
  bool mixes_samples() const override { return uses_batch(); }

 protected:
  BatchNorm(const char* name, std::int64_t channels, std::size_t least_rank, std::size_t most_rank,
            const BatchNormOptions& options);

 private:
  bool uses_batch() const { return is_training() || !running_mean.defined(); }
  void track(const Variable& x, std::int64_t count);

  std::size_t least_rank_, most_rank_;
  std::optional<double> momentum_;
};

/// For (N, C) or (N, C, L).
class BatchNorm1d : public BatchNorm {
 public:
  explicit BatchNorm1d(std::int64_t channels, const BatchNormOptions& options = {})
      : BatchNorm("BatchNorm1d", channels, 2, 3, options) {}
};

/// For (N, C, H, W).
class BatchNorm2d : public BatchNorm {
 public:
  explicit BatchNorm2d(std::int64_t channels, const BatchNormOptions& options = {})
      : BatchNorm("BatchNorm2d", channels, 4, 4, options) {}
};

}  // namespace xgrad::nn
