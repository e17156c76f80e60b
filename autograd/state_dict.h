// SPDX-License-Identifier: BSD-3-Clause
// StateDict: what a module or an optimiser saves, as arrays in order with dotted names.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <xgrad/autograd/array.h>

namespace xgrad {

/// (name, value) in the order of registration. The arrays share their buffers with their owner until it writes.
using StateDict = std::vector<std::pair<std::string, Array>>;

/// The entry called `name`, or null.
inline const Array* find(const StateDict& state, std::string_view name) {
  for (const auto& [key, value] : state) {
    if (key == name) return &value;
  }
  return nullptr;
}

}  // namespace xgrad
