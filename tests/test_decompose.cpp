// SPDX-License-Identifier: BSD-3-Clause
// Factorisations put together again, determinants in closed form, and the same bits on any number of threads.
#include <doctest/doctest.h>

#include <xgrad/autograd/engine.h>
#include <xgrad/autograd/error.h>
#include <xgrad/autograd/parallel.h>

#include "core_support.h"
#include "tolerance.h"

using namespace xgrad;
using namespace xgrad::test;

namespace {

/// Normal draws: well conditioned enough for the sizes here, and pivoting has work to do.
Variable matrices(const Shape& shape, std::uint64_t seed = 1) { return random_leaf(shape, seed).detach(); }

Variable identity(std::int64_t n) { return diag_embed(ones({n}, DType::float64)); }

/// Relative to the largest element.
double error(const Variable& got, const Variable& wanted) { return distance(got, wanted) / max(abs(wanted)).item(); }

Variable positive(const Shape& shape) {
  const Variable x = matrices(shape);
  return matmul(x, x, false, true) + identity(shape.back());
}

}  // namespace

TEST_CASE("factors and solutions put together give the matrix and the right side") {
  for (const std::int64_t n : {1, 2, 5, 17, 64, 150}) {
    CAPTURE(n);
    const Variable a = matrices({2, n, n}), b = matrices({2, n, 3}, 2);
    CHECK(error(matmul(a, solve(a, b)), b) <= tolerance::reconstruction);
    CHECK(error(matmul(a, inverse(a)), expand(identity(n), a.shape())) <= tolerance::reconstruction);
    const Variable c = positive({2, n, n}), l = cholesky(c);
    CHECK(error(matmul(l, l, false, true), c) <= tolerance::reconstruction);
    CHECK(distance(l, tril(l)) == 0.0);
    for (const bool upper : {false, true}) {
      const Variable t = upper ? transpose(l) : l;
      CHECK(error(matmul(t, solve_triangular(t, b, upper)), b) <= tolerance::reconstruction);
      CHECK(error(matmul(t, solve_triangular(t, b, upper, true), true, false), b) <= tolerance::reconstruction);
    }
    CHECK(error(logdet(c), sum(log(diagonal(l)), {-1}) * 2.0) <= tolerance::reconstruction);
  }
}

TEST_CASE("only the triangle that a factorisation names is read") {
  const Variable c = positive({3, 3}), junk = triu(full({3, 3}, 1e3, DType::float64), 1), b = matrices({3, 2}, 2);
  CHECK(distance(cholesky(c + junk), cholesky(c)) == 0.0);
  CHECK(distance(solve_triangular(tril(c) + junk, b, false), solve_triangular(tril(c), b, false)) == 0.0);
  CHECK(distance(solve_triangular(triu(c) + transpose(junk), b, true), solve_triangular(triu(c), b, true)) == 0.0);
}

TEST_CASE("the sign and the logarithm of determinants in closed form") {
  // diag(2, 3), an odd permutation, a singular matrix, and a determinant beyond float64.
  const Variable a = constant({2, 0, 0, 3, 0, 1, 1, 0, 1, 2, 2, 4, 1e200, 0, 0, -1e200}, {4, 2, 2});
  const auto [sign, logabsdet] = slogdet(a);
  CHECK(sign.array().to_vector<double>() == std::vector<double>{1, -1, 0, -1});
  const auto logs = logabsdet.array().to_vector<double>();
  CHECK(std::abs(logs[0] - std::log(6.0)) <= tolerance::same_formula_float64);
  CHECK(logs[1] == 0.0);
  CHECK(logs[2] == -std::numeric_limits<double>::infinity());
  CHECK(std::abs(logs[3] / (400 * std::log(10.0)) - 1) <= tolerance::same_formula_float64);
  // Rows in cyclic order are an even permutation of three, an odd one of four.
  CHECK(slogdet(roll(identity(3), 1, 0)).sign.item() == 1.0);
  CHECK(slogdet(roll(identity(4), 1, 0)).sign.item() == -1.0);
}

TEST_CASE("the gradient of log|det| is the transposed inverse, and a singular matrix refuses it") {
  const Variable a = random_leaf({3, 3}, 5);
  CHECK(error(grad(slogdet(a).logabsdet, a), transpose(inverse(a.detach()))) <= tolerance::reconstruction);
  const Variable singular = leaf({1, 2, 2, 4}, {2, 2});
  const Variable logabsdet = slogdet(singular).logabsdet;
  CHECK_THROWS_AS(grad(logabsdet, singular), ValueError);
}

TEST_CASE("linear algebra gives the same bits on one thread and on four") {
  const Variable a = matrices({300, 9, 9}), b = matrices({300, 9, 4}, 2), c = positive({300, 9, 9});
  const Variable wide = matrices({40, 500}), factors = matrices({40, 500}, 3);
  const auto results = [&] {
    return Variables{solve(a, b),
                     inverse(a),
                     slogdet(a).logabsdet,
                     cholesky(c),
                     solve_triangular(c, b, false),
                     einsum("bij,bjk,bik->bj", {a, b, b}),
                     cumsum(wide, 1),
                     linear_recurrence(wide, factors, 0),
                     prod(wide, {1}),
                     sort(wide, 0).values,
                     roll(wide, 7, 1)};
  };
  const int threads = num_threads();
  set_num_threads(1);
  const Variables one = results();
  set_num_threads(4);
  const Variables four = results();
  set_num_threads(threads);
  for (std::size_t i = 0; i < one.size(); ++i) {
    CAPTURE(i);
    CHECK(distance(one[i], four[i]) == 0.0);
  }
}

TEST_CASE("the first bad matrix is named on any number of threads") {
  Array a = expand(identity(20), {400, 20, 20}).array();
  for (const std::int64_t bad : {399, 250, 131}) a.mutable_data<double>()[bad * 400] = -1.0;
  const int threads = num_threads();
  for (const int n : {1, 4}) {
    set_num_threads(n);
    CHECK_THROWS_WITH_AS(cholesky(Variable(a)), doctest::Contains("matrix [131] of the batch (400,)"), ValueError);
  }
  set_num_threads(threads);
}
