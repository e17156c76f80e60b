// SPDX-License-Identifier: BSD-3-Clause
// The matrix products that kernels are asked for, as an observer of the calling thread sees them: what a profiler
// counts and a benchmark replays. Without one it costs a test a product.
#pragma once

#include <cstdint>

#include <xgrad/autograd/dtype.h>

namespace xgrad::kernels {

/// `count` products C (m, n) = op(A) (m, k) op(B) (k, n), or C += when `accumulate`. A convolution is one product a
/// group, over the columns of the whole batch: the side that stands for the columns has the address of the planes.
struct Product {
  std::int64_t m, n, k;
  bool transpose_a = false, transpose_b = false, accumulate = false;
  std::int64_t count = 1;
  DType dtype = DType::float32;
  const void *a = nullptr, *b = nullptr, *c = nullptr;

  /// A multiplication and an addition for each term.
  std::int64_t flops() const noexcept { return 2 * count * m * n * k; }
};

/// Hears of each product before it runs.
class ProductObserver {
 public:
  virtual void see(const Product& product) = 0;

 protected:
  ~ProductObserver() = default;
};

inline thread_local ProductObserver* product_observer = nullptr;

inline void tell(const Product& product) {
  if (product_observer != nullptr) product_observer->see(product);
}

}  // namespace xgrad::kernels
