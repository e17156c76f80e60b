// SPDX-License-Identifier: BSD-3-Clause
// The recurrences of conjugate gradients and BiCGSTAB as loops over Variables; sums are taken in double.
#include <xgrad/optim/krylov.h>

#include <limits>
#include <string>

#include <xgrad/autograd/compile/recording.h>
#include <xgrad/autograd/error.h>
#include <xgrad/autograd/grad_mode.h>
#include <xgrad/autograd/ops.h>
#include <xgrad/autograd/repeat.h>
#include <xgrad/autograd/text.h>
#include <xgrad/optim/vectors.h>

namespace xgrad::optim {

using detail::add_scaled;
using detail::dot;

namespace {

Variable number(double x) { return full({}, x, DType::float64); }
Variable norm(const Variables& v) { return sqrt(dot(v, v)); }
/// 1 unless x is infinite or no number.
Variable is_finite(const Variable& x) { return abs(x) < number(std::numeric_limits<double>::infinity()); }

Variables chosen(const Variable& condition, const Variables& a, const Variables& b) {
  Variables all;
  for (std::size_t i = 0; i < a.size(); ++i) all.push_back(where(condition, a[i], b[i]));
  return all;
}

/// What a loop carries: scalars, and vectors of b's shapes.
struct Carried {
  Variables scalars;
  std::vector<Variables> vectors;

  Variables joined() const {
    Variables all = scalars;
    for (const Variables& v : vectors) all.insert(all.end(), v.begin(), v.end());
    return all;
  }
  /// The same again from such a list.
  Carried parted(const Variables& all) const {
    Carried c;
    auto next = all.begin();
    const auto take = [&](std::size_t n) {
      next += static_cast<std::ptrdiff_t>(n);
      return Variables(next - static_cast<std::ptrdiff_t>(n), next);
    };
    c.scalars = take(scalars.size());
    for (const Variables& v : vectors) c.vectors.push_back(take(v.size()));
    return c;
  }
};

/// Turns while the first scalar is not 0, the second counting them.
Carried iterate(const Carried& begin, int most, const std::function<Carried(const Carried&)>& body) {
  return begin.parted(repeat_while(begin.joined(), most, [&](const Variables& state) -> Variables {
    Carried next = body(begin.parted(state));
    return next.joined();
  }));
}

/// @throws ShapeError, DTypeError unless v is a vector of b's space.
void check_like(const std::string& what, const Variables& v, const Variables& b) {
  if (v.size() != b.size()) {
    throw ShapeError(what + " has " + std::to_string(v.size()) + " entries, b " + std::to_string(b.size()));
  }
  for (std::size_t i = 0; i < b.size(); ++i) {
    const auto differ = [&](const auto& of_v, const auto& of_b) {
      return what + " has " + of_v + " in entry " + std::to_string(i) + ", where b has " + of_b;
    };
    if (v[i].shape() != b[i].shape()) throw ShapeError(differ(to_string(v[i].shape()), to_string(b[i].shape())));
    if (v[i].dtype() != b[i].dtype()) throw DTypeError(differ(name_of(v[i].dtype()), name_of(b[i].dtype())));
  }
}

/// The system, and where its solution starts from.
struct System {
  System(const char* name, const LinearMap& map, const Variables& right, const Variables& start,
         const KrylovOptions& options)
      : name("[" + std::string(name) + "] "), map(map), b(right), options(options), scale(norm(right)) {
    if (start.empty()) {
      x = detail::zeros_like(b);
      r = detail::detached(b);
    } else {
      check_like(this->name + "start", start, b);
      x = detail::detached(start);
      r = add_scaled(b, -1.0, a(x));
    }
  }

  Variables a(const Variables& v) const {
    Variables av = map(v);
    check_like(name + "A v", av, b);
    return av;
  }

  /// 1 unless the residual of that norm is small enough.
  Variable asks_for_more(const Variable& residual) const {
    const Variable small = where(residual <= options.tolerance * scale, number(0.0), number(1.0));
    return where(equal(scale, number(0.0)), number(0.0), small);
  }
  KrylovSolution solution(const Variables& x, const Variables& r, const Variable& iterations) const {
    const Variable nothing = equal(scale, number(0.0));
    return {chosen(nothing, detail::zeros_like(x), x), iterations, where(nothing, number(0.0), norm(r) / scale)};
  }

  std::string name;
  const LinearMap& map;
  const Variables& b;
  const KrylovOptions& options;
  Variable scale;
  Variables x, r;
};

void check_definite(const Variable& curvature, const Variable& iterations) {
  const Variable* const reads[] = {&curvature, &iterations};
  xgrad::detail::perform("check definite", reads, {}, [](xgrad::detail::Reads in) {
    if (!(in[0]->item() <= 0.0)) return;  // a NaN ends the loop
    throw ValueError("[conjugate_gradients] the map is not positive definite: <p, A p> is " +
                     xgrad::detail::text_of(in[0]->item()) + " in iteration " +
                     std::to_string(static_cast<int>(in[1]->item()) + 1) + "; use bicgstab");
  });
}

}  // namespace

KrylovSolution conjugate_gradients(const LinearMap& a, const Variables& b, const Variables& start,
                                   const KrylovOptions& options) {
  const NoGradGuard guard;
  const System s("conjugate_gradients", a, b, start, options);
  const Variable rr = dot(s.r, s.r);
  const Carried begin{{s.asks_for_more(sqrt(rr)), number(0.0), rr}, {s.x, s.r, s.r}};
  const Carried end = iterate(begin, options.max_iterations, [&](const Carried& at) -> Carried {
    const Variable &count = at.scalars[1], &rr = at.scalars[2];
    const Variables &x = at.vectors[0], &r = at.vectors[1], &p = at.vectors[2];
    const Variables ap = s.a(p);
    const Variable curvature = dot(p, ap);
    check_definite(curvature, count);
    const Variable alpha = rr / curvature;
    const Variable moves = is_finite(alpha);
    const Variables left = chosen(moves, add_scaled(r, -alpha, ap), r);
    const Variable next = dot(left, left);
    return {{moves * s.asks_for_more(sqrt(next)), count + moves, next},
            {chosen(moves, add_scaled(x, alpha, p), x), left, add_scaled(left, next / rr, p)}};
  });
  return s.solution(end.vectors[0], end.vectors[1], end.scalars[1]);
}

KrylovSolution bicgstab(const LinearMap& a, const Variables& b, const Variables& start, const KrylovOptions& options) {
  const NoGradGuard guard;
  const System s("bicgstab", a, b, start, options);
  const Variables shadow = s.r;
  const Carried begin{{s.asks_for_more(norm(s.r)), number(0.0), dot(shadow, s.r)}, {s.x, s.r, s.r}};
  const Carried end = iterate(begin, options.max_iterations, [&](const Carried& at) -> Carried {
    const Variable &count = at.scalars[1], &rho = at.scalars[2];
    const Variables &x = at.vectors[0], &r = at.vectors[1], &p = at.vectors[2];
    const Variables v = s.a(p);
    const Variable alpha = rho / dot(shadow, v);
    const Variables half = add_scaled(r, -alpha, v);
    const Variables t = s.a(half);
    const Variable tt = dot(t, t);
    const Variable omega = where(tt > number(0.0), dot(t, half) / tt, number(0.0));
    const Variables left = add_scaled(half, -omega, t);
    const Variable next = dot(shadow, left);
    const Variable beta = next / rho * (alpha / omega);
    // Where the recurrence breaks down, x is the best there is: before this turn, or after it.
    const Variable moves = is_finite(alpha), goes_on = is_finite(beta);
    return {{moves * goes_on * s.asks_for_more(norm(left)), count + moves, next},
            {chosen(moves, add_scaled(add_scaled(x, alpha, p), omega, half), x), chosen(moves, left, r),
             add_scaled(left, beta, add_scaled(p, -omega, v))}};
  });
  return s.solution(end.vectors[0], end.vectors[1], end.scalars[1]);
}

}  // namespace xgrad::optim
