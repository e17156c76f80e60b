// SPDX-License-Identifier: BSD-3-Clause
// Replaying a step's matrix products, and the triad.
#include "bounds.h"

#include <cblas.h>

#if defined(__SSE__)
#include <xmmintrin.h>
#endif

#include <algorithm>
#include <map>
#include <memory>
#include <stdexcept>

#include <xgrad/autograd/array.h>
#include <xgrad/autograd/kernels/products.h>
#include <xgrad/autograd/parallel.h>

namespace bench {
namespace {

using xgrad::Array;
using xgrad::kernels::Product;

class Recorder final : public xgrad::kernels::ProductObserver {
 public:
  Recorder() { xgrad::kernels::product_observer = this; }
  ~Recorder() { xgrad::kernels::product_observer = nullptr; }
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;
  void see(const Product& product) override {
    if (product.dtype != xgrad::DType::float32) throw std::runtime_error("a product of a step is not float32");
    if (product.flops() > 0) products.push_back(product);
  }

  std::vector<Product> products;
};

/// What BLAS is called with.
struct Call {
  Product shape;
  const float *a, *b;
  float* c;
};

/// Calls on memory of their own, a block for each address of the record.
class Replay {
 public:
  explicit Replay(const std::vector<Product>& products) {
    std::map<const void*, std::int64_t> sizes;
    const auto need = [&](const void* address, std::int64_t size) { sizes[address] = std::max(sizes[address], size); };
    for (const Product& p : products) {
      need(p.a, p.count * p.m * p.k);
      need(p.b, p.count * p.k * p.n);
      need(p.c, p.count * p.m * p.n);
    }
    std::map<const void*, float*> blocks;
    for (const auto& [address, size] : sizes) {
      memory_.push_back(Array::full({size}, 1));
      blocks[address] = memory_.back().mutable_data<float>();
    }
    for (const Product& p : products) calls_.push_back({p, blocks[p.a], blocks[p.b], blocks[p.c]});
  }

  void run() const {
    for (const Call& call : calls_) {
      const Product& p = call.shape;
      for (std::int64_t i = 0; i < p.count; ++i) {
        multiply(p, call.a + i * p.m * p.k, call.b + i * p.k * p.n, call.c + i * p.m * p.n);
      }
    }
  }

 private:
  static void multiply(const Product& p, const float* a, const float* b, float* c) {
    const auto flag = [](bool transpose) { return transpose ? CblasTrans : CblasNoTrans; };
    const int m = static_cast<int>(p.m), n = static_cast<int>(p.n), k = static_cast<int>(p.k);
    const int lda = p.transpose_a ? m : k, ldb = p.transpose_b ? k : n;
    // Blocks hold ones and keep doing so, result or operand: no denormals, no infinities.
    const float alpha = (p.accumulate ? 1e-20F : 1.0F) / static_cast<float>(k), beta = p.accumulate ? 1.0F : 0.0F;
    if (n == 1) {
      cblas_sgemv(CblasRowMajor, flag(p.transpose_a), p.transpose_a ? k : m, lda, alpha, a, lda, b, 1, beta, c, 1);
    } else if (m == 1) {
      cblas_sgemv(CblasRowMajor, flag(!p.transpose_b), p.transpose_b ? n : k, ldb, alpha, b, ldb, a, 1, beta, c, 1);
    } else {
      cblas_sgemm(CblasRowMajor, flag(p.transpose_a), flag(p.transpose_b), m, n, k, alpha, a, lda, b, ldb, beta, c, n);
    }
  }

  std::vector<Array> memory_;
  std::vector<Call> calls_;
};

}  // namespace

Record measure_products(const Workload<Variable>& workload, const Options& options) {
  std::vector<double> check0 = workload.check(workload.step());
  workload.step();
  std::vector<Product> products;
  {
    Recorder recorder;  // of the third step, whose memory is that of all later ones
    workload.step();
    products = std::move(recorder.products);
  }
  if (products.empty()) throw std::runtime_error(options.workload + " does no matrix product");
  double flops = 0;
  for (const Product& p : products) flops += static_cast<double>(p.flops());

  openblas_set_num_threads(options.threads);  // xgrad holds it to one and cuts products itself
  const Replay replay(products);
  Record record = measure(Workload<Variable>{[&]() -> Variables {
                                               replay.run();
                                               return {};
                                             },
                                             [](const Variables&) { return std::vector<double>{}; }},
                          options, nullptr);
  record.check0 = std::move(check0);
  record.more = {{"gflop_per_step", flops * 1e-9}, {"products", static_cast<double>(products.size())}};
  return record;
}

Record measure_triad(const Options& options) {
  constexpr std::int64_t n = 1 << 24, chunk = 1 << 16;
  Array x = Array::full({n}, 0), y = Array::full({n}, 1), z = Array::full({n}, 2);
  const auto pass = [&]() -> Variables {
    xgrad::detail::parallel_for(
        n, chunk,
        [to = x.mutable_data<float>(), from = y.data<float>(), scaled = z.data<float>()](std::int64_t begin,
                                                                                         std::int64_t end) {
#if defined(__SSE__)
          const __m128 factor = _mm_set1_ps(3);
          for (std::int64_t i = begin; i < end; i += 4) {
            _mm_stream_ps(to + i, _mm_add_ps(_mm_load_ps(from + i), _mm_mul_ps(factor, _mm_load_ps(scaled + i))));
          }
          _mm_sfence();
#else
          for (std::int64_t i = begin; i < end; ++i) to[i] = from[i] + 3 * scaled[i];
#endif
        });
    return {};
  };
  Record record =
      measure(Workload<Variable>{pass, [&](const Variables&) { return std::vector<double>{x.data<float>()[n - 1]}; }},
              options, nullptr);
  std::vector<double> sorted = record.milliseconds;
  std::nth_element(sorted.begin(), sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2), sorted.end());
  record.more = {{"gb_per_s", 12e-6 * n / sorted[sorted.size() / 2]}};
  return record;
}

}  // namespace bench
