// SPDX-License-Identifier: BSD-3-Clause
// Matrix products and optimiser updates against plain loops.
#include <algorithm>

#include <xgrad/autograd/error.h>
#include <xgrad/autograd/kernels/gemm.h>
#include <xgrad/autograd/kernels/optimizer.h>
#include <xgrad/autograd/kernels/product.h>

#include "kernels_support.h"

using namespace xgrad;
using namespace xgrad::test;

namespace {

template <class T>
void check_matmul(const Shape& batch_a, const Shape& batch_b, std::int64_t m, std::int64_t n, std::int64_t k,
                  bool transpose_a, bool transpose_b, bool accumulate) {
  Shape sa = batch_a, sb = batch_b, so = broadcast_shapes(batch_a, batch_b, "test");
  sa.push_back(transpose_a ? k : m);
  sa.push_back(transpose_a ? m : k);
  sb.push_back(transpose_b ? n : k);
  sb.push_back(transpose_b ? k : n);
  const Shape batch = so;
  so.push_back(m);
  so.push_back(n);
  const Array a = spread<T>(sa, -1, 1, 1), b = spread<T>(sb, -1, 1, 2);
  Array c = spread<T>(so, -1, 1, 3);
  const Array before = c.clone();
  kernels::matmul(a, transpose_a, b, transpose_b, c, accumulate);

  // The matrix of an operand that belongs to a place in the batch.
  const auto matrix = [&](const Shape& own, std::int64_t place) {
    std::int64_t index = 0, step = 1;
    for (std::size_t i = 0; i < own.rank(); ++i) {
      const std::size_t o = own.rank() - 1 - i, t = batch.rank() - 1 - i;
      index += (own[o] == 1 ? 0 : place % batch[t]) * step;
      place /= batch[t];
      step *= own[o];
    }
    return index;
  };
  double worst = 0;
  for (std::int64_t p = 0; p < batch.numel(); ++p) {
    const T* pa = a.data<T>() + matrix(batch_a, p) * m * k;
    const T* pb = b.data<T>() + matrix(batch_b, p) * k * n;
    for (std::int64_t i = 0; i < m; ++i) {
      for (std::int64_t j = 0; j < n; ++j) {
        long double want = accumulate ? before.data<T>()[(p * m + i) * n + j] : 0;
        for (std::int64_t l = 0; l < k; ++l) {
          want += (long double)pa[transpose_a ? l * m + i : i * k + l] * pb[transpose_b ? j * k + l : l * n + j];
        }
        worst = std::max(worst, static_cast<double>(std::fabs(c.data<T>()[(p * m + i) * n + j] - want)));
      }
    }
  }
  CAPTURE(to_string(sa));
  CAPTURE(to_string(sb));
  // k + 1 roundings of partial sums, themselves a few units: far below k.
  CHECK(worst <= (static_cast<double>(k) + 2) * std::numeric_limits<T>::epsilon());
}

}  // namespace

TEST_CASE("matmul in every transposition, batch and size") {
  for (const bool ta : {false, true}) {
    for (const bool tb : {false, true}) {
      for (const bool accumulate : {false, true}) {
        for (const auto& [m, n, k] : std::vector<std::array<std::int64_t, 3>>{{1, 1, 1},
                                                                              {3, 4, 5},
                                                                              {1, 7, 5},
                                                                              {7, 1, 5},
                                                                              {5, 3, 1},
                                                                              {4, 3, 0},
                                                                              {0, 3, 4},
                                                                              {2, 8, 3},
                                                                              {13, 17, 16},
                                                                              {14, 32, 17},
                                                                              {29, 113, 33},
                                                                              {33, 225, 15},
                                                                              {64, 130, 260},
                                                                              {330, 64, 100},
                                                                              {1030, 1024, 3}}) {
          check_matmul<float>({}, {}, m, n, k, ta, tb, accumulate);
          check_matmul<double>({}, {}, m, n, k, ta, tb, accumulate);
        }
        for (const auto& [ba, bb] : std::vector<std::pair<Shape, Shape>>{{{3}, {3}},
                                                                         {{3}, {}},
                                                                         {{}, {3}},
                                                                         {{2, 1}, {3}},
                                                                         {{2, 3}, {2, 3}},
                                                                         {{0}, {}},
                                                                         {{2, 3}, {1, 1}},
                                                                         {{1}, {4}}}) {
          check_matmul<double>(ba, bb, 3, 5, 4, ta, tb, accumulate);
          check_matmul<float>(ba, bb, 65, 70, 80, ta, tb, accumulate);
        }
      }
    }
  }
}

TEST_CASE("a product touches its own elements only, in every instruction set") {
  constexpr float nan = std::numeric_limits<float>::quiet_NaN();
  constexpr std::int64_t m = 31, n = 45, k = 19, gap = 3;  // gap: elements between stored rows
  struct Case {
    bool ta, tb;
    double beta;
    bool with_bias;
  };
  for (const Case& of : {Case{false, false, 0, false}, Case{true, false, 1, false}, Case{false, true, 0, false},
                         Case{false, true, 1, false}, Case{false, true, 1, true}, Case{true, false, 1, true},
                         Case{true, true, 0, false}}) {
    const bool ta = of.ta, tb = of.tb, with_bias = of.with_bias;
    const double beta = of.beta;
    CAPTURE(ta);
    CAPTURE(tb);
    CAPTURE(with_bias);
    const kernels::detail::Gemm g{m, n, k, ta, tb, (ta ? m : k) + gap, (tb ? k : n) + gap, n + gap, beta};
    // Between the rows of A and B lie NaNs, and in C everywhere that is not added to.
    const auto apart = [&](std::int64_t rows, std::int64_t columns, std::uint64_t seed) {
      const Array values = spread<float>({rows, columns}, -1, 1, seed);
      Array a = Array::full({rows, columns + gap}, nan, DType::float32);
      for (std::int64_t r = 0; r < rows; ++r) {
        std::copy_n(values.data<float>() + r * columns, columns, a.mutable_data<float>() + r * (columns + gap));
      }
      return a;
    };
    const Array a = apart(ta ? k : m, ta ? m : k, 1), b = apart(tb ? n : k, tb ? k : n, 2);
    const Array bias = spread<float>({n}, -1, 1, 3);
    const Array before = beta == 1 && !with_bias ? apart(m, n, 4) : Array::full({m, n + gap}, nan, DType::float32);
    with_each_isa([&] {
      Array c = before.clone();
      kernels::detail::product_here(g, a.data<float>(), b.data<float>(), c.mutable_data<float>(),
                                    with_bias ? bias.data<float>() : nullptr);
      double worst = 0;
      bool outside = true;
      for (std::int64_t i = 0; i < m; ++i) {
        for (std::int64_t j = 0; j < n; ++j) {
          double want = with_bias ? bias.data<float>()[j] : beta == 1 ? before.data<float>()[i * g.ldc + j] : 0;
          for (std::int64_t p = 0; p < k; ++p) {
            want += static_cast<double>(a.data<float>()[ta ? p * g.lda + i : i * g.lda + p]) *
                    b.data<float>()[tb ? j * g.ldb + p : p * g.ldb + j];
          }
          worst = std::fmax(worst, std::fabs(c.data<float>()[i * g.ldc + j] - want));
          if (std::isnan(c.data<float>()[i * g.ldc + j])) worst = std::numeric_limits<double>::infinity();
        }
        for (std::int64_t j = n; j < g.ldc; ++j) outside = outside && std::isnan(c.data<float>()[i * g.ldc + j]);
      }
      CHECK(worst <= (static_cast<double>(k) + 2) * std::numeric_limits<float>::epsilon());
      CHECK(outside);
    });
  }
}

TEST_CASE("linear is x w^T + bias over any leading axes") {
  for (const Shape& lead : {Shape{}, Shape{64}, Shape{2, 3}, Shape{0}}) {
    for (const auto& [n, k] : std::vector<std::pair<std::int64_t, std::int64_t>>{{5, 7}, {1, 7}, {300, 200}, {4, 0}}) {
      for (const bool with_bias : {true, false}) {
        Shape sx = lead, so = lead;
        sx.push_back(k);
        so.push_back(n);
        const Array x = spread<double>(sx, -1, 1, 1), w = spread<double>({n, k}, -1, 1, 2);
        const Array bias = with_bias ? spread<double>({n}, -1, 1, 3) : Array();
        Array y = Array::full(so, 99, DType::float64);
        kernels::linear(x, w, bias, y);
        double worst = 0;
        for (std::int64_t r = 0; r < lead.numel(); ++r) {
          for (std::int64_t j = 0; j < n; ++j) {
            double want = with_bias ? bias.data<double>()[j] : 0;
            for (std::int64_t l = 0; l < k; ++l) want += x.data<double>()[r * k + l] * w.data<double>()[j * k + l];
            worst = std::max(worst, std::abs(want - y.data<double>()[r * n + j]));
          }
        }
        CHECK(worst < 1e-13);
      }
    }
  }
}

TEST_CASE("products do not depend on the number of threads, and refuse int64") {
  for (const auto& [m, n, k] :
       std::vector<std::array<std::int64_t, 3>>{{64, 784, 256}, {256, 784, 64}, {784, 64, 256}, {1100, 1030, 260}}) {
    const Array a = spread<float>({m, k}, -1, 1), b = spread<float>({k, n}, -1, 1, 2);
    Array want({m, n});
    set_num_threads(1);
    kernels::matmul(a, false, b, false, want);
    with_each_thread_count([&, m = m, n = n] {
      Array c({m, n});
      kernels::matmul(a, false, b, false, c);
      CHECK(same<float>(c, want));
    });
  }
  const Array i = Array::zeros({2, 2}, DType::int64);
  Array out({2, 2}, DType::int64);
  CHECK_THROWS_AS(kernels::matmul(i, false, i, false, out), DTypeError);
}

TEST_CASE("optimiser updates follow the formulas of torch.optim") {
  const auto check = [](auto zero, double relative) {
    using T = decltype(zero);
    constexpr std::int64_t n = 1003;
    const auto near = [&](const Array& got, const std::vector<double>& want) {
      double worst = 0;
      for (std::size_t i = 0; i < want.size(); ++i) {
        worst = std::max(worst, std::abs(got.data<T>()[i] - want[i]) / std::max(1.0, std::abs(want[i])));
      }
      CHECK(worst <= relative);
    };
    const Array g = spread<T>({n}, -1, 1, 1);
    const auto gs = g.template to_vector<double>();
    for (const int variant : {0, 1, 2, 3}) {
      CAPTURE(variant);
      Array p = spread<T>({n}, -1, 1, 2), m = spread<T>({n}, -1, 1, 3), v = spread<T>({n}, 0.1, 1, 4);
      Array extra = spread<T>({n}, 0.1, 1, 5);
      auto ps = p.template to_vector<double>(), ms = m.template to_vector<double>(),
           vs = v.template to_vector<double>(), es = extra.template to_vector<double>();
      SUBCASE("sgd") {
        const kernels::SgdUpdate u{0.1,          0.9,         variant == 2 ? 0.0 : 0.1, variant == 0 ? 0.0 : 0.01,
                                   variant == 2, variant == 3};
        kernels::sgd(u, g, p, m);
        for (std::size_t i = 0; i < n; ++i) {
          const double d = gs[i] + u.weight_decay * ps[i];
          ms[i] = u.first ? d : u.momentum * ms[i] + (1 - u.dampening) * d;
          ps[i] -= u.lr * (u.nesterov ? d + u.momentum * ms[i] : ms[i]);
        }
        near(m, ms);
      }
      SUBCASE("plain sgd") {
        Array none;
        kernels::sgd({0.1, 0, 0, 0.01, false, false}, g, p, none);
        for (std::size_t i = 0; i < n; ++i) ps[i] -= 0.1 * (gs[i] + 0.01 * ps[i]);
      }
      SUBCASE("adam") {
        const bool amsgrad = variant == 3;
        const kernels::AdamUpdate u{1e-2, 0.5, 0.99, 1e-8, variant == 0 ? 0.0 : 0.01, variant == 2, 3};
        Array none;
        kernels::adam(u, g, p, m, v, amsgrad ? extra : none);
        for (std::size_t i = 0; i < n; ++i) {
          if (u.decoupled) ps[i] *= 1 - u.lr * u.weight_decay;
          const double d = gs[i] + (u.decoupled ? 0 : u.weight_decay * ps[i]);
          ms[i] = u.beta1 * ms[i] + (1 - u.beta1) * d;
          vs[i] = u.beta2 * vs[i] + (1 - u.beta2) * d * d;
          es[i] = std::max(es[i], vs[i]);
          const double root = std::sqrt((amsgrad ? es[i] : vs[i]) / (1 - std::pow(u.beta2, 3)));
          ps[i] -= u.lr * (ms[i] / (1 - std::pow(u.beta1, 3))) / (root + u.eps);
        }
        near(m, ms);
        near(v, vs);
        if (amsgrad) near(extra, es);
      }
      SUBCASE("rmsprop") {
        const bool centered = variant >= 1;
        const kernels::RmspropUpdate u{1e-2, 0.9, 1e-8, variant == 2 ? 0.01 : 0.0, variant == 3 ? 0.9 : 0.0, centered};
        Array mean = Array::full({n}, 0.01, dtype_of<T>);
        kernels::rmsprop(u, g, p, v, mean, m);
        for (std::size_t i = 0; i < n; ++i) {
          const double d = gs[i] + u.weight_decay * ps[i];
          vs[i] = u.alpha * vs[i] + (1 - u.alpha) * d * d;
          const double average = u.alpha * 0.01 + (1 - u.alpha) * d;
          const double step = d / (std::sqrt(centered ? vs[i] - average * average : vs[i]) + u.eps);
          if (u.momentum > 0) ms[i] = u.momentum * ms[i] + step;
          ps[i] -= u.lr * (u.momentum > 0 ? ms[i] : step);
        }
        near(v, vs);
        if (u.momentum > 0) near(m, ms);
      }
      near(p, ps);
    }
  };
  with_each_isa([&] {
    check(float{}, 2e-6);
    check(double{}, 1e-14);
  });
}

TEST_CASE("a parameter that has never had a gradient stays where it is") {
  with_each_isa([] {
    const Array g = Array::zeros({100});
    Array p = Array::full({100}, 0.5), m = Array::zeros({100}), v = Array::zeros({100}), none;
    kernels::adam({1e-2, 0.5, 0.99, 1e-8, 0, false, 1}, g, p, m, v, none);
    kernels::rmsprop({1e-2, 0.9, 1e-8, 0, 0, false}, g, p, v, none, none);
    for (const float value : p.to_vector<float>()) CHECK(value == 0.5f);
  });
}
