// SPDX-License-Identifier: BSD-3-Clause
// Blocks of rows through one matrix product each.
#include <xgrad/models/metrics/products.h>

#include <algorithm>
#include <cstring>
#include <string>

#include <xgrad/autograd/error.h>
#include <xgrad/autograd/grad_mode.h>
#include <xgrad/autograd/ops/linalg.h>
#include <xgrad/autograd/parallel.h>

namespace xgrad::models::detail {

namespace {

/// Elements of a block of products: 32 MiB.
constexpr std::int64_t block_elements = std::int64_t{1} << 22;

Array rows(const Array& a, std::int64_t first, std::int64_t count) {
  const std::int64_t width = a.shape()[1];
  Array out(Shape{count, width}, DType::float64);
  std::memcpy(out.mutable_raw(), a.data<double>() + first * width, out.nbytes());
  return out;
}

}  // namespace

Array samples_of(const char* metric, const Array& features, std::int64_t least) {
  if (features.rank() != 2 || features.shape()[0] < least) {
    throw ShapeError("[" + std::string(metric) + "] takes features (n, d) with n >= " + std::to_string(least) +
                     ", got " + to_string(features.shape()) + "; flatten images to (n, h * w)");
  }
  return features.astype(DType::float64);
}

void check_same_width(const char* metric, const Array& a, const Array& b) {
  if (a.shape()[1] == b.shape()[1]) return;
  throw ShapeError("[" + std::string(metric) + "] the sets have different features: " + to_string(a.shape()) + " and " +
                   to_string(b.shape()));
}

std::vector<double> squared_norms(const Array& samples) {
  const std::int64_t n = samples.shape()[0];
  const std::int64_t d = samples.shape()[1];
  const double* x = samples.data<double>();
  std::vector<double> norms(static_cast<std::size_t>(n));
  for (std::int64_t i = 0; i < n; ++i) {
    double total = 0.0;
    for (std::int64_t k = 0; k < d; ++k) total += x[i * d + k] * x[i * d + k];
    norms[static_cast<std::size_t>(i)] = total;
  }
  return norms;
}

void each_product_row(const Array& a, const Array& b, const RowFunction& f) {
  const NoGradGuard guard;
  const std::int64_t n = a.shape()[0];
  const std::int64_t m = b.shape()[0];
  const std::int64_t block = std::clamp<std::int64_t>(block_elements / std::max<std::int64_t>(m, 1), 1, n);
  const Variable right(b);
  for (std::int64_t first = 0; first < n; first += block) {
    const std::int64_t count = std::min(block, n - first);
    Array products = matmul(Variable(rows(a, first, count)), right, false, true).array();
    double* p = products.mutable_data<double>();
    xgrad::detail::parallel_for(count, 16, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) f(first + i, p + i * m);
    });
  }
}

void each_distance_row(const Array& a, const Array& b, const RowFunction& f) {
  const std::vector<double> aa = squared_norms(a);
  const std::vector<double> bb = squared_norms(b);
  each_product_row(a, b, [&](std::int64_t i, double* row) {
    const double own = aa[static_cast<std::size_t>(i)];
    for (std::size_t j = 0; j < bb.size(); ++j) row[j] = std::max(0.0, own + bb[j] - 2.0 * row[j]);
    f(i, row);
  });
}

}  // namespace xgrad::models::detail
