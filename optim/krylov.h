// SPDX-License-Identifier: BSD-3-Clause
// Linear systems A x = b where A is known by its products alone, as Hessians are.
#pragma once

#include <functional>

#include <xgrad/autograd/variable.h>

namespace xgrad::optim {

/// v -> A v over lists of Variables that are together one vector. Neither argument nor result has history.
using LinearMap = std::function<Variables(const Variables&)>;

struct KrylovOptions {
  double tolerance = 1e-6;   ///< of the residual's norm, relative to b's
  int max_iterations = 100;  ///< the best x so far is given when they are used up
};

/// The scalars are float64. Where the arithmetic breaks down, x is the best that there was. Within a compiled step each
/// replay iterates as often as its own values need.
struct KrylovSolution {
  Variables x;
  Variable iterations;
  Variable residual;  ///< |b - A x| / |b| as the recurrence has it; 0 for b = 0
};

/// For symmetric positive definite A (Hestenes & Stiefel, 1952), from `start` or else from 0.
/// @throws ValueError when a direction shows that A is not positive definite; ShapeError or DTypeError when `start` or
/// a product is not of b's shapes and dtypes.
KrylovSolution conjugate_gradients(const LinearMap& a, const Variables& b, const Variables& start = {},
                                   const KrylovOptions& options = {});

/// For any regular A (van der Vorst, 1992: BiCGSTAB), from `start` or else from 0.
/// @throws ShapeError, DTypeError as conjugate_gradients.
KrylovSolution bicgstab(const LinearMap& a, const Variables& b, const Variables& start = {},
                        const KrylovOptions& options = {});

}  // namespace xgrad::optim
