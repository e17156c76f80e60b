// SPDX-License-Identifier: BSD-3-Clause
// How repeat_while tells the recorder of its turns. Internal to autograd.
#pragma once

#include <functional>

#include <xgrad/autograd/variable.h>

namespace xgrad::detail {

using LoopBody = std::function<Variables(const Variables&)>;

/// Whether a step is being recorded, so that the loop is to be done by record_loop.
bool records_loops() noexcept;
/// Does the turns, the first of them recorded for all.
Variables record_loop(const Variables& state, int most, const LoopBody& body);

}  // namespace xgrad::detail
