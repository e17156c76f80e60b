// SPDX-License-Identifier: BSD-3-Clause
// MemoryPlan: where each computed value of a record lies in one block, so that values never alive together share it.
#pragma once

#include <cstddef>
#include <limits>
#include <vector>

#include <xgrad/autograd/compile/record.h>

namespace xgrad::detail {

struct MemoryPlan {
  static constexpr std::size_t elsewhere = std::numeric_limits<std::size_t>::max();

  std::vector<std::size_t> offset;  ///< of each value; elsewhere: not in the block (outputs, what is not computed)
  std::size_t bytes = 0;            ///< of the block
};

/// A value lives from the instruction that writes it to the last that reads it.
MemoryPlan plan_memory(const Record& record);

}  // namespace xgrad::detail
