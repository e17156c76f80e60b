// SPDX-License-Identifier: BSD-3-Clause
// Reductions against plain loops in extended precision, over every set of axes, and the softmax family.
#include <algorithm>

#include <xgrad/autograd/error.h>
#include <xgrad/autograd/kernels/reduce.h>

#include "kernels_support.h"

using namespace xgrad;
using namespace xgrad::test;
using kernels::AxisMask;
using kernels::Reduce;

namespace {

Shape kept(const Shape& shape, AxisMask axes) {
  Shape out;
  for (std::size_t i = 0; i < shape.rank(); ++i) {
    if (((axes >> i) & 1u) == 0) out.push_back(shape[i]);
  }
  return out;
}

/// One value an element of `out`, folded in order.
template <class T>
std::vector<long double> naive(Reduce f, const Array& x, AxisMask axes, long double start) {
  const Shape out = kept(x.shape(), axes);
  std::vector<long double> y(static_cast<std::size_t>(out.numel()), start);
  for (std::int64_t i = 0; i < x.size(); ++i) {
    std::int64_t rest = i, place = 0, step = 1;
    for (std::size_t k = x.rank(); k-- > 0;) {
      const std::int64_t index = rest % x.shape()[k];
      rest /= x.shape()[k];
      if (((axes >> k) & 1u) == 0) {
        place += index * step;
        step *= x.shape()[k];
      }
    }
    const long double v = static_cast<long double>(x.data<T>()[i]);
    long double& acc = y[static_cast<std::size_t>(place)];
    switch (f) {
      case Reduce::sum:
        acc += v;
        break;
      case Reduce::sum_squares:
        acc += v * v;
        break;
      case Reduce::max:
        acc = std::max(acc, v);
        break;
      default:
        acc = std::min(acc, v);
    }
  }
  return y;
}

template <class T>
void check_reduce(Reduce f, const Shape& shape, AxisMask axes, double relative) {
  const Array x = spread<T>(shape, 1, 9);
  Array y(kept(shape, axes), dtype_of<T>);
  kernels::reduce(f, x, axes, y);
  const long double start = f == Reduce::max ? -100 : f == Reduce::min ? 100 : 0;
  const auto want = naive<T>(f, x, axes, start);
  CAPTURE(to_string(shape));
  CAPTURE(axes);
  double worst = 0;
  for (std::size_t i = 0; i < want.size(); ++i) {
    const long double got = static_cast<long double>(y.data<T>()[i]);
    worst = std::max(worst, static_cast<double>(std::fabs(got - want[i]) / std::max(1.0L, std::fabs(want[i]))));
  }
  CHECK(worst <= relative);
}

double sum_of(const Array& x) {
  Array y({}, x.dtype());
  kernels::reduce(Reduce::sum, x, 0xff, y);
  return y.dtype() == DType::float32 ? y.data<float>()[0] : y.data<double>()[0];
}

}  // namespace

TEST_CASE("reductions over every set of axes agree with plain loops") {
  with_each_isa([] {
    for (const Shape& shape : {Shape{3, 5, 7, 19}, Shape{2, 1, 70, 3}, Shape{1, 1, 1, 1}, Shape{4, 33, 1, 65}}) {
      for (AxisMask axes = 0; axes < 16; ++axes) {
        for (const Reduce f : {Reduce::sum, Reduce::sum_squares, Reduce::max, Reduce::min}) {
          check_reduce<float>(f, shape, axes, 1e-6);
          check_reduce<double>(f, shape, axes, 2e-15);
          if (f != Reduce::sum_squares) check_reduce<std::int64_t>(f, shape, axes, 0);
        }
      }
    }
  });
}

TEST_CASE("reductions of large arrays, in every way of cutting them") {
  for (const auto& [shape, axes] : std::vector<std::pair<Shape, AxisMask>>{{{1000003}, 1},
                                                                           {{3, 200001}, 2},
                                                                           {{200001, 3}, 1},
                                                                           {{700, 1500}, 1},
                                                                           {{2, 300, 1100}, 2},
                                                                           {{130, 3000}, 2},
                                                                           {{20, 30, 40, 50}, 5},
                                                                           {{20, 30, 40, 50}, 10},
                                                                           {{1, 500000, 2}, 3}}) {
    check_reduce<float>(Reduce::sum, shape, axes, 1e-6);
    check_reduce<double>(Reduce::sum_squares, shape, axes, 4e-15);
    check_reduce<float>(Reduce::max, shape, axes, 0);
  }
}

TEST_CASE("reductions with zero-size axes") {
  with_each_isa([] {
    for (const Shape& shape : {Shape{0}, Shape{0, 3}, Shape{3, 0}, Shape{2, 0, 4}, Shape{0, 0}}) {
      for (AxisMask axes = 0; axes < (1u << shape.rank()); ++axes) {
        Array y = Array::full(kept(shape, axes), 7);
        kernels::reduce(Reduce::sum, Array(shape), axes, y);
        for (std::int64_t i = 0; i < y.size(); ++i) CHECK(y.data<float>()[i] == 0);
      }
    }
  });
}

TEST_CASE("max and min propagate NaN from any place, and sums of float32 stay exact to rounding") {
  with_each_isa([] {
    const Array base = spread<float>({131}, -1, 1);
    for (std::int64_t i = 0; i < 131; ++i) {
      Array x = base.clone();
      x.mutable_data<float>()[i] = std::numeric_limits<float>::quiet_NaN();
      for (const Reduce f : {Reduce::max, Reduce::min, Reduce::sum}) {
        Array row(Shape{}), columns({131});
        kernels::reduce(f, x, 1, row);
        CHECK(std::isnan(row.data<float>()[0]));
        kernels::reduce(f, x.reshape({1, 131}), 1, columns);
        CHECK(std::isnan(columns.data<float>()[i]));
      }
    }
    const Array tenths = Array::full({10000000}, 0.1);
    CHECK(sum_of(tenths) == doctest::Approx(1000000.0149).epsilon(3e-7));
  });
  Array i = Array::zeros({3}, DType::int64), out({}, DType::int64);
  CHECK_THROWS_AS(kernels::reduce(Reduce::sum_squares, i, 1, out), DTypeError);
}

TEST_CASE("softmax, log_softmax and logsumexp along any axis") {
  const auto check = [](auto zero, double relative) {
    using T = decltype(zero);
    const Array x = spread<T>({3, 37, 5}, -40, 40);
    for (std::size_t axis = 0; axis < 3; ++axis) {
      Array p(x.shape(), dtype_of<T>), l(x.shape(), dtype_of<T>);
      Shape out = x.shape();
      out.erase(axis);
      Array s(out, dtype_of<T>);
      kernels::softmax(x, axis, p);
      kernels::log_softmax(x, axis, l);
      kernels::logsumexp(x, axis, s);
      const std::int64_t n = x.shape()[axis], inner = axis == 0 ? 185 : axis == 1 ? 5 : 1;
      for (std::int64_t k = 0; k < s.size(); ++k) {
        const std::int64_t first = k / inner * n * inner + k % inner;
        long double sum = 0;
        for (std::int64_t i = 0; i < n; ++i) sum += std::exp((long double)x.data<T>()[first + i * inner]);
        const double log_sum = static_cast<double>(std::log(sum));
        CHECK(s.data<T>()[k] == doctest::Approx(log_sum).epsilon(relative));
        for (std::int64_t i = 0; i < n; ++i) {
          const std::int64_t at = first + i * inner;
          const double want = x.data<T>()[at] - log_sum;
          CHECK(std::abs(l.data<T>()[at] - want) <= relative * 40);
          CHECK(p.data<T>()[at] == doctest::Approx(std::exp(want)).epsilon(relative * 40));
        }
      }
    }
  };
  with_each_isa([&] {
    check(float{}, 1e-6);
    check(double{}, 1e-14);
  });
}

TEST_CASE("softmax family at infinities") {
  with_each_isa([] {
    const double inf = std::numeric_limits<double>::infinity();
    const Array x = Array::from({-inf, -inf, inf, 0.0, 1000.0, 1000.0, -1000.0, -1000.0}, {4, 2});
    Array s({4}, DType::float64), p({4, 2}, DType::float64), l({4, 2}, DType::float64);
    kernels::logsumexp(x, 1, s);
    CHECK(s.data<double>()[0] == -inf);
    CHECK(s.data<double>()[1] == inf);
    CHECK(s.data<double>()[2] == doctest::Approx(1000 + std::log(2.0)));
    CHECK(s.data<double>()[3] == doctest::Approx(-1000 + std::log(2.0)));
    kernels::softmax(x, 1, p);
    CHECK(p.data<double>()[4] == 0.5);
    kernels::log_softmax(x, 1, l);
    CHECK(l.data<double>()[6] == doctest::Approx(-std::log(2.0)));
    Array none({3}, DType::float64);
    kernels::logsumexp(Array({3, 0}, DType::float64), 1, none);
    CHECK(none.data<double>()[0] == -inf);
  });
}

TEST_CASE("reductions do not depend on the number of threads") {
  for (const auto& [shape, axes] : std::vector<std::pair<Shape, AxisMask>>{
           {{1000003}, 1}, {{200001, 3}, 1}, {{700, 1500}, 1}, {{700, 1500}, 2}, {{40, 30, 20, 50}, 5}}) {
    const Array x = spread<float>(shape, -1, 1);
    Array want(kept(shape, axes));
    set_num_threads(1);
    kernels::reduce(Reduce::sum, x, axes, want);
    with_each_thread_count([&, &shape = shape, &axes = axes] {
      Array y(kept(shape, axes));
      kernels::reduce(Reduce::sum, x, axes, y);
      CHECK(same<float>(y, want));
    });
  }
}
