// SPDX-License-Identifier: BSD-3-Clause
// Dropout: a scaled random mask, which selects: what is dropped is 0 whatever it was.

#include <xgrad/autograd/error.h>
#include <xgrad/autograd/ops/arithmetic.h>
#include <xgrad/autograd/ops/common.h>
#include <xgrad/autograd/ops/create.h>
#include <xgrad/autograd/text.h>
#include <xgrad/nn/dropout.h>

namespace xgrad::nn {

namespace {

/// A stream that depends on the source's seed and place, and moves it on, so that no two layers share one.
Generator derive_stream(Generator& source) { return source.split(source.take(1, DType::float64).offset); }

}  // namespace

Dropout::Dropout(double p) : Dropout(p, Generator()) {
  draw_initial(
      default_generator(), {}, [stream = generator_](Generator& g) { *stream = derive_stream(g); }, generator_);
}

Dropout::Dropout(double p, Generator generator) : p_(p), generator_(register_generator("generator", generator)) {
  if (!(p >= 0.0 && p <= 1.0))
    throw ValueError("[Dropout] the probability must be in [0, 1], not " + xgrad::detail::text_of(p));
}

Variable Dropout::forward(const Variable& x) {
  if (!is_training() || p_ == 0.0) return x;
  if (p_ == 1.0) return xgrad::detail::masked(x, zeros({}, x.dtype()));
  return xgrad::detail::masked(x, bernoulli(x.shape(), 1.0 - p_, x.dtype(), *generator_) * (1.0 / (1.0 - p_)));
}

std::string Dropout::describe() const { return "Dropout(" + xgrad::detail::text_of(p_) + ")"; }

}  // namespace xgrad::nn
