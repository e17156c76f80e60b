// SPDX-License-Identifier: BSD-3-Clause
// Conv1d, Conv2d and their transposes: learned filters over lines and images.
#pragma once

#include <xgrad/autograd/extents.h>
#include <xgrad/autograd/ops/convolution.h>
#include <xgrad/nn/module.h>

namespace xgrad::nn {

struct ConvOptions {
  Extents2d stride = 1;
  Extents2d padding = 0;
  Extents2d dilation = 1;
  std::int64_t groups = 1;
  bool bias = true;
  Extents2d output_padding = 0;  ///< ConvTranspose2d only
  DType dtype = DType::float32;
};

/// (N, in, H, W) -> (N, out, OH, OW), weight (out, in / groups, KH, KW), bias (out,): PyTorch's layout. Both start from
/// U(-b, b), b = 1 / sqrt(in / groups KH KW), PyTorch's default.
/// @throws ValueError when the channels are not positive multiples of the groups or the kernel's extents not positive,
/// as all of these do.
class Conv2d : public Module {
 public:
  Conv2d(std::int64_t in, std::int64_t out, Extents2d kernel, const ConvOptions& options = {},
         Generator& generator = default_generator());
  Variable forward(const Variable& x) override;
  std::string describe() const override;

  Variable weight;
  Variable bias;  ///< undefined without bias

 private:
  Conv2dOptions options_;
};

/// The transpose: (N, in, H, W) -> (N, out, OH, OW), weight (in, out / groups, KH, KW), bias (out,). Both start from
/// U(-b, b), b = 1 / sqrt(out / groups KH KW), PyTorch's default.
class ConvTranspose2d : public Module {
 public:
  ConvTranspose2d(std::int64_t in, std::int64_t out, Extents2d kernel, const ConvOptions& options = {},
                  Generator& generator = default_generator());
  Variable forward(const Variable& x) override;
  std::string describe() const override;

  Variable weight;
  Variable bias;  ///< undefined without bias

 private:
  Conv2dOptions options_;
  Extents2d output_padding_;
};

struct ConvOptions1d {
  std::int64_t stride = 1;
  std::int64_t padding = 0;
  std::int64_t dilation = 1;
  std::int64_t groups = 1;
  bool bias = true;
  std::int64_t output_padding = 0;  ///< ConvTranspose1d only
  DType dtype = DType::float32;
};

/// (N, in, L) -> (N, out, OL), weight (out, in / groups, K), bias (out,); both start as Conv2d's.
class Conv1d : public Module {
 public:
  Conv1d(std::int64_t in, std::int64_t out, std::int64_t kernel, const ConvOptions1d& options = {},
         Generator& generator = default_generator());
  Variable forward(const Variable& x) override;
  std::string describe() const override;

  Variable weight;
  Variable bias;  ///< undefined without bias

 private:
  Conv1dOptions options_;
};

/// (N, in, L) -> (N, out, OL), weight (in, out / groups, K), bias (out,); both start as ConvTranspose2d's.
class ConvTranspose1d : public Module {
 public:
  ConvTranspose1d(std::int64_t in, std::int64_t out, std::int64_t kernel, const ConvOptions1d& options = {},
                  Generator& generator = default_generator());
  Variable forward(const Variable& x) override;
  std::string describe() const override;

  Variable weight;
  Variable bias;  ///< undefined without bias

 private:
  Conv1dOptions options_;
  std::int64_t output_padding_;
};

}  // namespace xgrad::nn
