// SPDX-License-Identifier: BSD-3-Clause
// Embedding: a learned row for each label.
#pragma once

#include <optional>

#include <xgrad/nn/module.h>

namespace xgrad::nn {

struct EmbeddingOptions {
  std::optional<std::int64_t> padding_idx = std::nullopt;  ///< a row that starts at 0 and gets no gradient
  DType dtype = DType::float32;
};

/// int64 labels of any shape (...) -> (..., dim): row i of the weight (n, dim) for label i. The weight starts from
/// N(0, 1), PyTorch's default.
/// @throws ValueError on a label outside [0, n), DTypeError on labels that are not int64.
class Embedding : public Module {
 public:
  Embedding(std::int64_t n, std::int64_t dim, const EmbeddingOptions& options = {},
            Generator& generator = default_generator());
  Variable forward(const Variable& labels) override;
  std::string describe() const override;

  Variable weight;

 private:
  std::optional<std::int64_t> padding_idx_;
};

}  // namespace xgrad::nn
