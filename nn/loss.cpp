// SPDX-License-Identifier: BSD-3-Clause
// Losses, made of ops.
#include <xgrad/autograd/compile/recording.h>
#include <xgrad/autograd/error.h>
#include <xgrad/autograd/ops/arithmetic.h>
#include <xgrad/autograd/ops/common.h>
#include <xgrad/autograd/ops/compare.h>
#include <xgrad/autograd/ops/create.h>
#include <xgrad/autograd/ops/index.h>
#include <xgrad/autograd/ops/math.h>
#include <xgrad/autograd/ops/reduce.h>
#include <xgrad/autograd/ops/shape.h>
#include <xgrad/autograd/text.h>
#include <xgrad/nn/loss.h>

namespace xgrad::nn {

namespace {

void check_same_shape(const char* name, const Variable& input, const Variable& target) {
  if (input.shape() == target.shape()) return;
  throw ShapeError(std::string("[") + name + "] input " + to_string(input.shape()) + " and target " +
                   to_string(target.shape()) + " differ; reshape or expand one of them");
}

}  // namespace

Variable reduce(const Variable& losses, Reduction reduction) {
  switch (reduction) {
    case Reduction::none:
      return losses;
    case Reduction::mean:
      return mean(losses);
    case Reduction::sum:
      return sum(losses);
  }
  throw ValueError("[reduce] unknown reduction");
}

Variable mse_loss(const Variable& input, const Variable& target, Reduction reduction) {
  check_same_shape("mse_loss", input, target);
  return reduce(square(input - target), reduction);
}

Variable l1_loss(const Variable& input, const Variable& target, Reduction reduction) {
  check_same_shape("l1_loss", input, target);
  return reduce(abs(input - target), reduction);
}

Variable bce_with_logits(const Variable& logits, const Variable& target, Reduction reduction) {
  check_same_shape("bce_with_logits", logits, target);
  // The shorter softplus(x) - x t cancels where a certain target is nearly met.
  // A target of exactly 0 or 1 leaves one term, be the other one infinite.
  const auto share = [](const Variable& loss, const Variable& of) {
    return xgrad::detail::masked(astype(loss, promote(loss.dtype(), of.dtype())),
                                 astype(of, promote(loss.dtype(), of.dtype())));
  };
  return reduce(share(softplus(-logits), target) + share(softplus(logits), 1.0 - target), reduction);
}

Variable bce_with_logits(const Variable& logits, double target, Reduction reduction) {
  if (target == 0.0) return reduce(softplus(logits), reduction);
  if (target == 1.0) return reduce(softplus(-logits), reduction);
  return reduce(target * softplus(-logits) + (1.0 - target) * softplus(logits), reduction);
}

Variable cross_entropy(const Variable& logits, const Variable& labels, const CrossEntropyOptions& options) {
  if (logits.rank() != 2 || labels.rank() != 1 || labels.size(0) != logits.size(0)) {
    throw ShapeError("[cross_entropy] wants logits (n, c) and labels (n,), not " + to_string(logits.shape()) + " and " +
                     to_string(labels.shape()));
  }
  if (labels.dtype() != DType::int64) {
    throw DTypeError(std::string("[cross_entropy] labels are class numbers of dtype int64, not ") +
                     name_of(labels.dtype()));
  }
  const double e = options.label_smoothing;
  if (!(e >= 0.0 && e <= 1.0)) {
    throw ValueError("[cross_entropy] label smoothing must be in [0, 1], not " + xgrad::detail::text_of(e));
  }
  const std::int64_t classes = logits.size(1);
  const Variable* const reads[] = {&labels};
  xgrad::detail::perform("check labels", reads, {}, [classes](xgrad::detail::Reads in) {
    const std::int64_t* label = in[0]->array().data<std::int64_t>();
    for (std::int64_t i = 0; i < in[0]->size(); ++i) {
      // gather would take a negative label to count from the end.
      if (label[i] < 0 || label[i] >= classes) {
        throw ValueError("[cross_entropy] label " + std::to_string(label[i]) + " at row " + std::to_string(i) +
                         " is outside the " + std::to_string(classes) + " classes");
      }
    }
  });
  const Variable log_p = log_softmax(logits, -1);
  Variable loss = -squeeze(gather(log_p, 1, unsqueeze(labels, 1)), {1});
  if (e > 0.0) loss = loss * (1.0 - e) - mean(log_p, {1}) * e;
  return reduce(loss, options.reduction);
}

Variable hinge_loss(const Variable& score, const Variable& target, double margin, Reduction reduction) {
  check_same_shape("hinge_loss", score, target);
  return reduce(relu(margin - score * target), reduction);
}

Variable hinge_embedding_loss(const Variable& distance, const Variable& target, double margin, Reduction reduction) {
  check_same_shape("hinge_embedding_loss", distance, target);
  return reduce(where(target > zeros_like(target), distance, relu(margin - distance)), reduction);
}

}  // namespace xgrad::nn
