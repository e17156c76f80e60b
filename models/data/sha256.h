// SPDX-License-Identifier: BSD-3-Clause
// SHA-256 (FIPS 180-4), to name exactly which data a run has seen.
#pragma once

#include <string>
#include <string_view>

namespace xgrad::models {

/// The digest as 64 lower-case hexadecimal digits.
std::string sha256(std::string_view bytes);

}  // namespace xgrad::models
