// SPDX-License-Identifier: BSD-3-Clause
// Numbers as text that is the same under every locale of the host, C's or C++'s: 0.5 and 1000, never 0,5 or 1.000.
#pragma once

#include <string>

namespace xgrad::detail {

/// printf into a string, under the locale "C" whatever setlocale or std::locale::global say.
[[gnu::format(printf, 1, 2)]] std::string formatted(const char* pattern, ...);

/// Six digits, as streams write: 0.25, 1e-08, inf.
std::string text_of(double value);

}  // namespace xgrad::detail
