// SPDX-License-Identifier: BSD-3-Clause
// Methods for two-player games against published and hand-derived trajectories, explicit Jacobians and dense solutions.
#include <doctest/doctest.h>

#include <cmath>
#include <memory>
#include <xtensor-blas/xlinalg.hpp>

#include <xgrad/autograd/autograd.h>
#include <xgrad/autograd/xtensor.h>
#include <xgrad/nn/nn.h>
#include <xgrad/optim/optim.h>

#include "tolerance.h"

using namespace xgrad;
using namespace xgrad::optim;
using xgrad::nn::Linear;

namespace {

using Make = std::function<std::unique_ptr<GameOptimizer>(Optimizer& x, Optimizer& y)>;

template <class Method, class... Options>
Make method(const Options&... options) {
  return [=](Optimizer& x, Optimizer& y) { return std::make_unique<Method>(x, y, options...); };
}

Variable leaf(const std::vector<double>& values) {
  return tensor<double>(values, {static_cast<std::int64_t>(values.size())}).requires_grad_();
}

/// A pair of players under plain descent with a learning rate each.
struct Players {
  Players(const std::vector<double>& at_x, const std::vector<double>& at_y, double lr_x, double lr_y)
      : x(leaf(at_x)), y(leaf(at_y)), sgd_x({x}, {.lr = lr_x}), sgd_y({y}, {.lr = lr_y}) {}

  double distance() const { return std::sqrt(sum(square(x)).item() + sum(square(y)).item()); }
  std::vector<double> values() const {
    std::vector<double> all = x.array().to_vector<double>();
    const std::vector<double> more = y.array().to_vector<double>();
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }

  Variable x, y;
  SGD sgd_x, sgd_y;
};

/// Norm after `steps` steps of a scalar game.
double norm_after(const Game& game, const Make& make, double lr, double x, double y, int steps) {
  Players players({x}, {y}, lr, lr);
  const auto optimizer = make(players.sgd_x, players.sgd_y);
  for (int i = 0; i < steps; ++i) optimizer->step(game);
  return players.distance();
}

/// f = x y, g = -x y.
Losses bilinear(const Variables& x, const Variables& y) {
  const Variable f = sum(x[0] * y[0]);
  return {f, -f};
}

/// A smooth game that is not zero-sum, of three variables against two.
Losses general(const Variables& x, const Variables& y) {
  const Variable& a = x[0];
  const Variable& b = y[0];
  const Variable both = matmul(reshape(a, Shape{1, 3}), tensor<double>({0.3, -0.7, 1.1, 0.4, -0.2, 0.9}, {3, 2}));
  const Variable coupling = sum(reshape(both, Shape{2}) * sin(b));
  return {coupling + 0.5 * sum(square(a)) + sum(exp(0.3 * a)) + sum(a) * sum(square(b)),
          -1.5 * coupling + sum(square(square(b))) + 0.2 * sum(sin(a)) * sum(b)};
}

/// xi over one vector (x, y), for jacobian().
Variable flat_field(const Variable& z) {
  const Variable x = slice(z, 0, 0, 3);
  const Variable y = slice(z, 0, 3, 5);
  const Losses losses = general({x}, {y});
  const GradOptions again = {.retain_graph = true, .create_graph = true};
  return concat({grad(losses.f, x, again), grad(losses.g, y, again)}, 0);
}

using Matrix = xt::xtensor<double, 2>;
using Vector = xt::xtensor<double, 1>;

const std::vector<double> start_x = {0.4, -0.3, 0.8};
const std::vector<double> start_y = {-0.6, 0.5};

struct Dense {
  Dense() {
    std::vector<double> z = start_x;
    z.insert(z.end(), start_y.begin(), start_y.end());
    const Variable at = leaf(z);
    xi = xt::adapt(flat_field(at).array().to_vector<double>(), {5});
    j = xt::adapt(jacobian(flat_field, at).array().to_vector<double>(), {5, 5});
    f_xy = mixed([](const Losses& l) { return l.f; });
    g_yx = xt::transpose(mixed([](const Losses& l) { return l.g; }));
  }

  /// d2 loss / dx dy, (3, 2).
  static Matrix mixed(const std::function<Variable(const Losses&)>& which) {
    const Variable x = leaf(start_x);
    const Function by_y = [&](const Variable& y) {
      return grad(which(general({x}, {y})), x, {.retain_graph = true, .create_graph = true});
    };
    return xt::adapt(jacobian(by_y, leaf(start_y)).array().to_vector<double>(), {3, 2});
  }

  Vector xi;
  Matrix j, f_xy, g_yx;
};

/// What one step subtracts from (x, y), divided by the learning rates.
Vector direction(const Make& make, double lr_x, double lr_y) {
  Players players(start_x, start_y, lr_x, lr_y);
  const std::vector<double> before = players.values();
  make(players.sgd_x, players.sgd_y)->step(general);
  const std::vector<double> after = players.values();
  Vector d = xt::zeros<double>({5});
  for (std::size_t i = 0; i < 5; ++i) d(i) = (before[i] - after[i]) / (i < 3 ? lr_x : lr_y);
  return d;
}

void check_close(const Vector& got, const Vector& wanted, double tolerance = 1e-9) {
  REQUIRE(got.size() == wanted.size());
  for (std::size_t i = 0; i < got.size(); ++i) CHECK(got(i) == doctest::Approx(wanted(i)).epsilon(tolerance));
}

Matrix identity(std::size_t n) { return xt::eye<double>(n); }

}  // namespace

TEST_CASE("on the bilinear game every method moves as its recurrence says") {
  const KrylovOptions exact{.tolerance = 1e-12};
  const struct {
    const char* name;
    Make make;
    double norm;
  } rows[] = {
      {"simultaneous", method<SimultaneousDescent>(), 1.8850},
      {"optimistic", method<OptimisticDescent>(), 0.2601},
      {"extragradient", method<Extragradient>(), 0.26567},
      {"consensus", method<ConsensusOptimization>(1.0), 4.594e-5},
      {"sga", method<SymplecticGradientAdjustment>(SymplecticOptions{}), 4.594e-5},
      {"cgd", method<CompetitiveDescent>(CompetitiveOptions{.zero_sum = true, .solver = exact}), 0.26525},
      {"cgd without symmetry", method<CompetitiveDescent>(CompetitiveOptions{.solver = exact}), 0.26525},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    CHECK(norm_after(bilinear, row.make, 0.2, 0.5, 0.5, 50) == doctest::Approx(row.norm).epsilon(2e-4));
  }
  // Alternating descent is a shear after a shear: det 1, trace 2 - eta^2, hence a circle.
  const double circle = norm_after(bilinear, method<AlternatingDescent>(), 0.2, 0.5, 0.5, 50);
  CHECK(circle > 0.6);
  CHECK(circle < 0.8);
  // LCGD: z - eta (R z + eta z) with R a quarter turn: factor sqrt((1 - eta^2)^2 + eta^2) a step.
  CHECK(norm_after(bilinear, method<LinearizedCompetitiveDescent>(), 0.2, 0.5, 0.5, 50) ==
        doctest::Approx(std::sqrt(0.5) * std::pow(0.96 * 0.96 + 0.04, 25.0)).epsilon(1e-9));
}

TEST_CASE("consensus and symplectic directions are those of the explicit Jacobian") {
  const Dense d;
  const Vector up = xt::linalg::dot(xt::transpose(d.j), d.xi);
  const Vector along = xt::linalg::dot(d.j, d.xi);
  check_close(direction(method<SimultaneousDescent>(), 0.1, 0.2), d.xi);
  check_close(direction(method<ConsensusOptimization>(0.7), 0.1, 0.2), d.xi + 0.7 * up);
  check_close(direction(method<SymplecticGradientAdjustment>(SymplecticOptions{.gamma = 0.7}), 0.1, 0.2),
              d.xi + 0.35 * (up - along));
  const double agreement = 0.5 * xt::linalg::dot(d.xi, up)(0) * xt::linalg::dot(Vector(up - along), up)(0) / 5.0 + 0.1;
  const double sign = agreement < 0.0 ? -1.0 : 1.0;
  check_close(direction(method<SymplecticGradientAdjustment>(SymplecticOptions{.gamma = 0.7, .align = true}), 0.1, 0.2),
              d.xi + sign * 0.35 * (up - along));
}

TEST_CASE("competitive directions are those of dense linear algebra, symmetric in the players") {
  const Dense d;
  const double a = 0.3;
  const double b = 0.2;
  const Vector fx = xt::view(d.xi, xt::range(0, 3));
  const Vector gy = xt::view(d.xi, xt::range(3, 5));
  const Vector foreseen_x = fx - b * xt::linalg::dot(d.f_xy, gy);
  const Vector foreseen_y = gy - a * xt::linalg::dot(d.g_yx, fx);
  check_close(direction(method<LinearizedCompetitiveDescent>(), a, b),
              xt::concatenate(xt::xtuple(foreseen_x, foreseen_y)));

  const Matrix mx = identity(3) - a * b * xt::linalg::dot(d.f_xy, d.g_yx);
  const Matrix my = identity(2) - a * b * xt::linalg::dot(d.g_yx, d.f_xy);
  const Vector x = xt::linalg::solve(mx, foreseen_x);
  const Vector y = xt::linalg::solve(my, foreseen_y);
  const CompetitiveOptions exact{.solver = {.tolerance = 1e-13}};
  check_close(direction(method<CompetitiveDescent>(exact), a, b), xt::concatenate(xt::xtuple(x, y)), 1e-8);

  // ACGD's first step: v / (1 - beta) is the squared gradient itself.
  Matrix ax = xt::zeros<double>({3, 3});
  Matrix ay = xt::zeros<double>({2, 2});
  for (std::size_t i = 0; i < 3; ++i) ax(i, i) = a / (std::abs(fx(i)) + 1e-5);
  for (std::size_t i = 0; i < 2; ++i) ay(i, i) = b / (std::abs(gy(i)) + 1e-5);
  const Matrix coupled = xt::linalg::dot(Matrix(xt::linalg::dot(d.f_xy, ay)), d.g_yx);
  const Vector dx = xt::linalg::solve(Matrix(xt::linalg::inv(ax) - coupled),
                                      Vector(fx - xt::linalg::dot(Matrix(xt::linalg::dot(d.f_xy, ay)), gy)));
  const Vector dy = xt::linalg::dot(ay, Vector(gy - xt::linalg::dot(d.g_yx, dx)));
  const AdaptiveCompetitiveOptions adaptive{.solver = {.tolerance = 1e-13}};
  check_close(direction(method<AdaptiveCompetitiveDescent>(adaptive), a, b),
              xt::concatenate(xt::xtuple(Vector(dx / a), Vector(dy / b))), 1e-8);
}

TEST_CASE("unrolling differentiates through the opponent's steps") {
  const UnrollingOptions options{.steps = 3, .lr = 0.05};
  const Vector got = direction(method<UnrolledDescent>(options), 0.1, 0.1);
  // Central differences of f(x, y_3(x)).
  const auto unrolled = [&](const std::vector<double>& at) {
    const Variable x = leaf(at);
    Variable y = leaf(start_y);
    for (int k = 0; k < options.steps; ++k) {
      y = (y - options.lr * grad(general({x}, {y}).g, y)).detach().requires_grad_();
    }
    return general({x}, {y}).f.item();
  };
  for (std::size_t i = 0; i < 3; ++i) {
    std::vector<double> up = start_x;
    std::vector<double> down = start_x;
    up[i] += 1e-5;
    down[i] -= 1e-5;
    CHECK(got(i) == doctest::Approx((unrolled(up) - unrolled(down)) / 2e-5).epsilon(1e-7));
  }
  check_close(xt::view(got, xt::range(3, 5)), xt::view(Dense().xi, xt::range(3, 5)));
  check_close(direction(method<UnrolledDescent>(UnrollingOptions{.steps = 0}), 0.1, 0.1), Dense().xi);
}

TEST_CASE("a player whose loss is constant stays, and the other one moves") {
  for (const bool x_moves : {true, false}) {
    const Game game = [&](const Variables& x, const Variables& y) -> Losses {
      const Variable constant = zeros({}, DType::float64);
      return {x_moves ? sum(x[0]) : constant, x_moves ? constant : sum(y[0])};
    };
    const auto check = [&](auto make) {
      Players players(start_x, start_y, 0.1, 0.1);
      const Array x = players.x.array(), y = players.y.array();
      make(players.sgd_x, players.sgd_y).step(game);
      CHECK((players.x.array().to_vector<double>() == x.to_vector<double>()) == !x_moves);
      CHECK((players.y.array().to_vector<double>() == y.to_vector<double>()) == x_moves);
    };
    check([](SGD& x, SGD& y) { return SimultaneousDescent(x, y); });
    check([](SGD& x, SGD& y) { return UnrolledDescent(x, y); });
    check([](SGD& x, SGD& y) { return CompetitiveDescent(x, y); });
  }
}

TEST_CASE("on the Dirac-GAN plain methods end where their recurrences do, and the others arrive") {
  // With f(t) = -log(1 + e^-t), G minimises f(psi theta), which D maximises (Mescheder et al., 2018).
  const Game dirac = [](const Variables& theta, const Variables& psi) -> Losses {
    const Variable score = softplus(-sum(theta[0] * psi[0]));
    return {-score, score};
  };
  CHECK(norm_after(dirac, method<SimultaneousDescent>(), 0.1, 1.0, 1.0, 500) ==
        doctest::Approx(2.2535786527).epsilon(1e-8));
  CHECK(norm_after(dirac, method<AlternatingDescent>(AlternatingDescent::First::x), 0.1, 1.0, 1.0, 500) ==
        doctest::Approx(1.41544436).epsilon(1e-7));
  for (const Make& make :
       {method<Extragradient>(), method<OptimisticDescent>(), method<ConsensusOptimization>(1.0),
        method<SymplecticGradientAdjustment>(SymplecticOptions{}),
        method<CompetitiveDescent>(CompetitiveOptions{.zero_sum = true}), method<LinearizedCompetitiveDescent>()}) {
    CHECK(norm_after(dirac, make, 0.5, 1.0, 1.0, 500) < 0.1);
  }
}

TEST_CASE("Krylov solvers solve what they are made for, and say when they cannot") {
  const Matrix spd = {{4.0, 1.0, 0.0}, {1.0, 3.0, -1.0}, {0.0, -1.0, 2.0}};
  const Matrix skew = {{1.0, 5.0, 0.0}, {-5.0, 1.0, 2.0}, {0.5, -2.0, 1.0}};
  const Vector wanted = {1.0, -2.0, 0.5};
  const auto map = [](const Matrix& m) -> LinearMap {
    return [m](const Variables& v) -> Variables {
      const Variable a = tensor<double>(std::vector<double>(m.begin(), m.end()), {3, 3});
      const Variable whole = concat({v[0], v[1]}, 0);
      const Variable product = reshape(matmul(a, reshape(whole, Shape{3, 1})), Shape{3});
      return {slice(product, 0, 0, 1), slice(product, 0, 1, 3)};
    };
  };
  const auto right = [&](const Matrix& m) -> Variables {
    const Vector b = xt::linalg::dot(m, wanted);
    return {tensor<double>({b(0)}, {1}), tensor<double>({b(1), b(2)}, {2})};
  };
  const auto check = [&](const KrylovSolution& s) {
    CHECK(s.residual.item() < 1e-10);
    CHECK(s.x[0].item() == doctest::Approx(wanted(0)).epsilon(1e-8));
    check_close(xt::adapt(s.x[1].array().to_vector<double>(), {2}), xt::view(wanted, xt::range(1, 3)), 1e-8);
  };
  const KrylovOptions tight{.tolerance = 1e-11};
  const KrylovSolution cg = conjugate_gradients(map(spd), right(spd), {}, tight);
  check(cg);
  CHECK(cg.iterations.item() <= 4);
  check(bicgstab(map(spd), right(spd), {}, tight));
  check(bicgstab(map(skew), right(skew), {}, tight));
  CHECK(conjugate_gradients(map(spd), right(spd), cg.x, tight).iterations.item() == 0);  // a start that is the answer
  CHECK(conjugate_gradients(map(spd), right(spd), {}, {.tolerance = 1e-11, .max_iterations = 1}).iterations.item() ==
        1);
  CHECK_THROWS_WITH_AS(conjugate_gradients(map(-spd), right(spd)), doctest::Contains("not positive definite"),
                       ValueError);
  const Variables b = right(spd);
  const auto narrow = [](const Variables& v) -> Variables { return {v[0], astype(v[1], DType::float32)}; };
  CHECK_THROWS_WITH_AS(conjugate_gradients(narrow, b),
                       "[conjugate_gradients] A v has float32 in entry 1, where b has float64", DTypeError);
  CHECK_THROWS_AS(bicgstab([](const Variables& v) -> Variables { return {v[0]}; }, b), ShapeError);
  CHECK_THROWS_WITH_AS(bicgstab(map(spd), b, {b[0], b[0]}), "[bicgstab] start has (1,) in entry 1, where b has (2,)",
                       ShapeError);
  const KrylovSolution nothing =
      conjugate_gradients(map(spd), {zeros({1}, DType::float64), zeros({2}, DType::float64)});
  CHECK(nothing.iterations.item() == 0);
  CHECK(nothing.residual.item() == 0.0);
}

TEST_CASE("networks become players by substitution") {
  Generator random(3);
  Linear g(2, 3, {}, random);
  Linear d(3, 1, {}, random);
  const Variable z = normal({8, 2}, 0.0, 1.0, DType::float32, random);
  const Variable real = normal({8, 3}, 0.0, 1.0, DType::float32, random);
  const Game game = [&](const Variables& x, const Variables& y) -> Losses {
    const SubstitutionGuard of_g(g.parameters(), x);
    const SubstitutionGuard of_d(d.parameters(), y);
    const Variable fake = d(g(z));
    return {mean(softplus(-fake)), mean(softplus(fake)) + mean(softplus(-d(real)))};
  };
  const auto loss = [&] { return mean(softplus(-d(g(z)))); };
  const Variables plain = grad(loss(), g.parameters());
  const std::vector<double> before = g.weight.array().to_vector<double>();

  SGD of_g(g.parameters(), {.lr = 0.1});
  SGD of_d(d.parameters(), {.lr = 0.1});
  const Losses losses = SimultaneousDescent(of_g, of_d).step(game);
  CHECK(losses.f.item() > 0.0);
  CHECK_FALSE(losses.f.requires_grad());
  const std::vector<double> after = g.weight.array().to_vector<double>();
  const std::vector<double> slope = plain[0].array().to_vector<double>();
  for (std::size_t i = 0; i < before.size(); ++i)
    CHECK(after[i] == doctest::Approx(before[i] - 0.1 * slope[i]).epsilon(1e-5));

  // A direction through second derivatives, in single precision and through two networks.
  const double worse = game(g.parameters(), d.parameters()).g.item();
  CompetitiveDescent cgd(of_g, of_d);
  for (int i = 0; i < 20; ++i) cgd.step(game);
  CHECK(cgd.last_iterations() > 0);
  CHECK(game(g.parameters(), d.parameters()).g.item() != worse);
}

TEST_CASE("the memory of a method is saved and restored") {
  const Make makes[] = {method<OptimisticDescent>(), method<AdaptiveCompetitiveDescent>(AdaptiveCompetitiveOptions{})};
  for (const Make& make : makes) {
    Players whole(start_x, start_y, 0.05, 0.05);
    const auto uninterrupted = make(whole.sgd_x, whole.sgd_y);
    for (int i = 0; i < 6; ++i) uninterrupted->step(general);

    Players first(start_x, start_y, 0.05, 0.05);
    const auto before = make(first.sgd_x, first.sgd_y);
    for (int i = 0; i < 3; ++i) before->step(general);
    const std::vector<double> x = first.x.array().to_vector<double>();
    const std::vector<double> y = first.y.array().to_vector<double>();
    Players second(x, y, 0.05, 0.05);
    const auto after = make(second.sgd_x, second.sgd_y);
    StateDict state = before->state_dict();
    after->load_state_dict(state);
    for (int i = 0; i < 3; ++i) after->step(general);
    CHECK(second.values() == whole.values());

    state.pop_back();
    CHECK_THROWS_WITH_AS(after->load_state_dict(state), doctest::Contains("missing"), ValueError);
    after->load_state_dict({});  // a run that had not begun
    second.x.set_array(leaf(start_x).array()), second.y.set_array(leaf(start_y).array());
    for (int i = 0; i < 6; ++i) after->step(general);
    CHECK(second.values() == whole.values());
  }
}

TEST_CASE("bad games and options are refused in plain words") {
  Players players(start_x, start_y, 0.1, 0.1);
  SGD& x = players.sgd_x;
  SGD& y = players.sgd_y;
  CHECK_THROWS_WITH_AS(ConsensusOptimization(x, y, -1.0), doctest::Contains("gamma"), ValueError);
  CHECK_THROWS_WITH_AS(UnrolledDescent(x, y, {.steps = -1}), doctest::Contains("steps"), ValueError);
  CHECK_THROWS_WITH_AS(AdaptiveCompetitiveDescent(x, y, {.beta = 1.0}), doctest::Contains("beta"), ValueError);
  const CompetitiveOptions zero_sum{.zero_sum = true};
  CHECK_THROWS_WITH_AS(CompetitiveDescent(x, y, zero_sum).step(general), doctest::Contains("not zero-sum"), ValueError);
  const Game vector = [](const Variables& a, const Variables& b) -> Losses { return {a[0], sum(b[0])}; };
  CHECK_THROWS_WITH_AS(SimultaneousDescent(x, y).step(vector), doctest::Contains("one element"), ShapeError);
  const Game constant = [&](const Variables&, const Variables&) -> Losses {
    return {sum(players.x), sum(players.y)};  // reads the players past the values given
  };
  CHECK_THROWS_WITH_AS(SimultaneousDescent(x, y).step(constant), doctest::Contains("given values"), GraphError);
}
