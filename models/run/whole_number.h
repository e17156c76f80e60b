// SPDX-License-Identifier: BSD-3-Clause
// What is wrong with a flag's value that should be a std::uint64_t: conversions take -1 for the largest of them.
#pragma once

#include <string>

namespace xgrad::models {

/// What to tell the user, or nothing; for CLI::Option::check.
std::string whole_number_problem(const std::string& text);

}  // namespace xgrad::models
