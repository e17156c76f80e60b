// SPDX-License-Identifier: BSD-3-Clause
// Embedding: rows selected by label.
#include <algorithm>

#include <xgrad/autograd/compile/recording.h>
#include <xgrad/autograd/error.h>
#include <xgrad/autograd/ops.h>
#include <xgrad/nn/embedding.h>
#include <xgrad/nn/init.h>

namespace xgrad::nn {

namespace {

Variable index_of(std::int64_t i) { return full({}, static_cast<double>(i), DType::int64); }

}  // namespace

Embedding::Embedding(std::int64_t n, std::int64_t dim, const EmbeddingOptions& options, Generator& generator)
    : padding_idx_(options.padding_idx) {
  if (n <= 0 || dim <= 0) {
    throw ValueError("[Embedding] needs at least one row and one feature, not " + std::to_string(n) + " and " +
                     std::to_string(dim));
  }
  if (padding_idx_ && (*padding_idx_ < 0 || *padding_idx_ >= n)) {
    throw ValueError("[Embedding] padding_idx " + std::to_string(*padding_idx_) + " is outside [0, " +
                     std::to_string(n) + ")");
  }
  weight = register_parameter("weight", Array(Shape{n, dim}, options.dtype));
  draw_initial(generator, {weight}, [w = weight, padding = padding_idx_](Generator& g) mutable {
    init::normal_(w, 0.0, 1.0, g);
    if (!padding) return;
    const Variable row = unsqueeze(equal(arange(w.size(0), DType::int64), index_of(*padding)), -1);
    w.set_array(where(row, zeros({}, w.dtype()), w.detach()).array());
  });
}

Variable Embedding::forward(const Variable& labels) {
  if (labels.dtype() != DType::int64) {
    throw DTypeError("[Embedding] labels must be int64, got " + std::string(name_of(labels.dtype())));
  }
  const std::int64_t n = weight.size(0);
  const Variable* const reads[] = {&labels};
  xgrad::detail::perform("check labels", reads, {}, [n](xgrad::detail::Reads in) {
    const auto* label = in[0]->array().data<std::int64_t>();
    const auto* end = label + in[0]->size();
    const auto* wrong = std::find_if(label, end, [n](std::int64_t i) { return i < 0 || i >= n; });
    if (wrong != end) {
      throw ValueError("[Embedding] label " + std::to_string(*wrong) + " is outside [0, " + std::to_string(n) + ")");
    }
  });
  const Variable rows = embedding(labels, weight);
  if (!padding_idx_) return rows;
  return where(unsqueeze(equal(labels, index_of(*padding_idx_)), -1), rows.detach(), rows);
}

std::string Embedding::describe() const {
  return "Embedding(" + std::to_string(weight.size(0)) + ", " + std::to_string(weight.size(1)) +
         (padding_idx_ ? ", padding " + std::to_string(*padding_idx_) + ")" : ")");
}

}  // namespace xgrad::nn
