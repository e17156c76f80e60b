// SPDX-License-Identifier: BSD-3-Clause
// Losses as functions, all made of ops and so differentiable to any order.
#pragma once

#include <xgrad/autograd/variable.h>

namespace xgrad::nn {

/// What becomes of the elementwise losses.
enum class Reduction { none, mean, sum };

/// (x - t)^2. @throws ShapeError when the shapes differ (as for every pair below).
Variable mse_loss(const Variable& input, const Variable& target, Reduction reduction = Reduction::mean);
/// |x - t|
Variable l1_loss(const Variable& input, const Variable& target, Reduction reduction = Reduction::mean);

/// -t log s(x) - (1 - t) log(1 - s(x)) = t softplus(-x) + (1 - t) softplus(x), exact for all x; its gradient is
/// s(x) - t everywhere, x = 0 included.
Variable bce_with_logits(const Variable& logits, const Variable& target, Reduction reduction = Reduction::mean);
/// The same with one target for all elements: 1 is softplus(-x), 0 is softplus(x).
Variable bce_with_logits(const Variable& logits, double target, Reduction reduction = Reduction::mean);

struct CrossEntropyOptions {
  Reduction reduction = Reduction::mean;
  double label_smoothing = 0.0;  ///< e: the target is (1 - e) one_hot + e / c
};
/// -log softmax(logits)[label] for logits (n, c) and int64 labels (n,).
/// @throws ShapeError, DTypeError, ValueError when a label is outside [0, c) or the smoothing outside [0, 1].
Variable cross_entropy(const Variable& logits, const Variable& labels, const CrossEntropyOptions& options = {});

/// max(0, margin - t x) for targets t = +-1; subgradient 0 at the kink.
Variable hinge_loss(const Variable& score, const Variable& target, double margin = 1.0,
                    Reduction reduction = Reduction::mean);
/// x where t = 1, max(0, margin - x) where t = -1 (torch.nn.HingeEmbeddingLoss).
Variable hinge_embedding_loss(const Variable& distance, const Variable& target, double margin = 1.0,
                              Reduction reduction = Reduction::mean);

/// The mean, the sum or `losses` itself.
Variable reduce(const Variable& losses, Reduction reduction);

}  // namespace xgrad::nn
