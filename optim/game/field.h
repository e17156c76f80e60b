// SPDX-License-Identifier: BSD-3-Clause
// Field: a game's simultaneous gradient xi = (df/dx, dg/dy) at a point, and products with its Jacobian. Internal.
#pragma once

#include <optional>

#include <xgrad/optim/game/game.h>
#include <xgrad/optim/vectors.h>

namespace xgrad::optim::detail {

Pair add_scaled(const Pair& a, double scale, const Pair& b);
Pair add_scaled(const Pair& a, const Variable& scale, const Pair& b);
Variable dot(const Pair& a, const Pair& b);

class Field {
 public:
  /// Evaluates the game at leaves holding the values of `at`. With `differentiable`, products below are possible.
  Field(const Game& game, const Pair& at, bool differentiable);

  const Losses& losses() const noexcept { return losses_; }
  /// xi without history.
  Pair gradient() const { return {detached(xi_.x), detached(xi_.y)}; }

  /// J^T v, J = d xi / d(x, y).
  Pair transposed_product(const Pair& v) const;
  /// J v.
  Pair product(const Pair& v) const;
  /// d/dx of <df/dy, v>: the mixed block H^f_xy of f's Hessian, applied to a v of y's shapes.
  Variables f_xy(const Variables& v) const;
  /// d/dy of <dg/dx, v>: H^g_yx applied to a v of x's shapes.
  Variables g_yx(const Variables& v) const;

 private:
  Losses recorded_;
  Losses losses_;
  Pair at_;
  Pair xi_;
  /// df/dy and dg/dx, made both at the first product: one that is made in a loop would be made there only.
  struct Mixed {
    Variables df_dy, dg_dx;
  };
  const Mixed& mixed() const;
  mutable std::optional<Mixed> mixed_;
};

}  // namespace xgrad::optim::detail
