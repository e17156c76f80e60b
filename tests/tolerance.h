// SPDX-License-Identifier: BSD-3-Clause
// How far results may differ from what they are held against, and why.
#pragma once

namespace xgrad::tolerance {

/// PyTorch's numbers, relative to the largest magnitude in the expected tensor: single elements may cancel, so that
/// their own relative error means nothing. float64: the formulas are the same, sums run in another order. float32: its
/// rounding (6e-8) through a forward and two reverse sweeps of a few hundred terms, with a margin.
inline constexpr double pytorch_float64 = 1e-9;
inline constexpr double pytorch_float32 = 1e-4;

/// Whole training steps against PyTorch in float64, as above. Nearly everything agrees to 1e-14; but a gradient that is
/// 0 up to a rounding of 1e-17 (a bias that batch normalisation takes out) is divided by Adam's eps of 1e-8.
inline constexpr double pytorch_step = 1e-9;

/// Closed-form figures that are known to ten significant digits, relative.
inline constexpr double printed_figure = 1e-9;

/// Formulae of a few dozen operations on numbers of about 1, float64, relative to max(1, expected): rounding is 1e-16
/// an operation, and cancellation and twenty optimiser steps cost two or three digits.
inline constexpr double same_formula_float64 = 1e-12;

/// u' H v against v' H u, and u' (J v) against (u' J) v, relative: the same sums in another order, over one sweep more
/// for the Hessian.
inline constexpr double hessian_symmetry = 1e-10;
inline constexpr double modes_agree = 1e-12;
/// H v against central differences of gradients with a step of 1e-5: both errors are about 1e-10, and a margin.
inline constexpr double hvp_against_differences = 1e-6;

/// Derivatives against central differences in float64, absolute and relative: a step of 1e-6 truncates to about 1e-12
/// and cancels to about 1e-10; a sum of a few hundred terms and a margin.
inline constexpr double differences = 1e-7;
/// The same for ops that round to float32, whose differences take a large step.
inline constexpr double differences_float32 = 1e-5;

/// The same for random programs of up to 30 ops, which amplify both errors; 20000 programs held to a tenth of this.
inline constexpr double program_differences = 1e-6;
/// Random programs in float32 against float64, likewise.
inline constexpr double program_float32 = 1e-4;

/// One op and its rule in float32 against float64 on the same values, relative to the largest: a handful of roundings
/// of 6e-8, amplified by the condition of the function.
inline constexpr double float32_against_float64 = 5e-6;

/// A X against B, L L^T against A in float64, relative to the largest: residuals of backward stable algorithms are a
/// few n eps |A| |X|, here up to n = 150 with condition numbers of some thousands.
inline constexpr double reconstruction = 1e-10;

}  // namespace xgrad::tolerance
