// SPDX-License-Identifier: BSD-3-Clause
// Sums of products in Einstein's notation.
#pragma once

#include <string>

#include <xgrad/autograd/variable.h>

namespace xgrad {

/// einsum("bij,bjk->bik", {a, b}): each letter names an axis; the result has the axes named after the arrow, and the
/// products of all operands are summed over every other letter.
///  - A letter twice in one operand reads its diagonal: "ii->i".
///  - "..." stands for any leading, inner or trailing axes, which broadcast against those of the other operands; they
///    are summed over when the output does not name them.
///  - Without an arrow the output is "..." (if any operand has it) and the letters that occur once, in order of the
///    alphabet, capitals first.
/// Letters that only one operand has and the output lacks are summed first; then operands are contracted two at a time
/// from left to right as batched matrix products. Floating operands of one dtype.
/// @throws ValueError on a malformed equation, ShapeError naming the letter and the sizes when they differ.
Variable einsum(const std::string& equation, const Variables& operands);

}  // namespace xgrad
