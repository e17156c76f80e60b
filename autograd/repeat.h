// SPDX-License-Identifier: BSD-3-Clause
// repeat_while: a loop whose number of turns depends on values, and which a compiled step can hold.
#pragma once

#include <functional>

#include <xgrad/autograd/error.h>
#include <xgrad/autograd/variable.h>

namespace xgrad {

/// state = body(state), again and again while the first entry of the state, one number, is not 0; `most` times at the
/// most. Gives the last state, as constants: neither what the body is given nor what comes out has history.
///
///   // the largest eigenvector of A, until it moves by less than 1e-6
///   const Variables found = repeat_while({one, v}, 100, [&](const Variables& state) -> Variables {
///     const Variable product = matmul(a, state[1]), y = product / norm(product);
///     return {norm(y - state[1]) > 1e-6, y};
///   });
///
/// Within xgrad::compile the body is recorded at its first turn, and each replay turns as often as its own values ask
/// for. So the body must be the same work in each turn; it may read whatever the step has computed before, but must
/// neither draw random numbers nor change Variables, and hands out by its results alone.
/// @throws ValueError when the state is empty or its first entry has more than one element, ShapeError or DTypeError
/// when a turn's results are of another number or kind than the state.
Variables repeat_while(Variables state, int most, const std::function<Variables(const Variables&)>& body);

}  // namespace xgrad
