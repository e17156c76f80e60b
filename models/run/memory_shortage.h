// SPDX-License-Identifier: BSD-3-Clause
// What a program says when memory ends.
#pragma once

#include <new>
#include <string>

namespace xgrad::models {

/// What the error says, and how much address space this process has and may have.
std::string describe_shortage(const std::bad_alloc& error);

}  // namespace xgrad::models
