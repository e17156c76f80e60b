// SPDX-License-Identifier: BSD-3-Clause
// Maxout: a layer that learns its activation as the largest of several affine pieces.
#pragma once

#include <xgrad/nn/linear.h>

namespace xgrad::nn {

/// y_o = max over k of (w_ko x + b_ko): (..., in) -> (..., out) (Goodfellow et al., 2013). The pieces are one Linear
/// "pieces" of pieces * out outputs, each piece's beside each other, so that whole rows of them are compared.
class Maxout : public Module {
 public:
  /// @throws ValueError unless all numbers are positive.
  Maxout(std::int64_t in, std::int64_t out, std::int64_t pieces, Generator& generator = default_generator());
  Variable forward(const Variable& x) override;
  std::string describe() const override;

 private:
  std::int64_t in_, out_, count_;
  Linear& pieces_;
};

}  // namespace xgrad::nn
