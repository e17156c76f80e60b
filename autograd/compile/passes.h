// SPDX-License-Identifier: BSD-3-Clause
// What is done to a record before it is replayed.
#pragma once

#include <xgrad/autograd/compile/record.h>

namespace xgrad::detail {

/// Copies what a Variable from outside held before an update, where it is still read after it.
void preserve_old_values(Record& record);

/// Drops work that nobody needs.
void drop_dead(Record& record);

}  // namespace xgrad::detail
