// SPDX-License-Identifier: BSD-3-Clause
// How an op says that it can add to memory as cheaply as it writes there. Internal to autograd.
#pragma once

#include <xgrad/autograd/compile/recording.h>

namespace xgrad::detail {

/// Of the op recorded last: the same work, its result added to what `out` holds. The sum must have the bits that an
/// addition afterwards would give.
void record_accumulating(const Work& work);

}  // namespace xgrad::detail
