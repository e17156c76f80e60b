// SPDX-License-Identifier: BSD-3-Clause
// What is done to a record before it is replayed.
#pragma once

#include <xgrad/autograd/compile/record.h>

namespace xgrad::detail {

/// Copies what a Variable from outside held before an update, where it is still read after it.
void preserve_old_values(Record& record);

/// Takes out of loops what is the same in each of their turns.
void hoist(Record& record);

/// Drops work that nobody needs.
void drop_dead(Record& record);

/// Does at once what depends on constants alone, and reads broadcast values where they are.
void fold(Record& record);

/// Lets work that can add to a value do so, instead of an addition afterwards.
void accumulate(Record& record);

/// Forgets constants, or all but one of their elements, that nobody reads.
void shrink_constants(Record& record);

/// Joins element-wise work over the same shape into passes over cache-sized tiles. Gives the number of ops that run
/// inside of such passes.
std::int64_t fuse(Record& record);

}  // namespace xgrad::detail
