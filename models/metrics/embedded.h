// SPDX-License-Identifier: BSD-3-Clause
// The files that the build put into the library. Internal to metrics.
#pragma once

#include <map>
#include <string_view>

namespace xgrad::models::detail {

/// Bytes by name, without folder and extension.
const std::map<std::string_view, std::string_view>& embedded_files();

}  // namespace xgrad::models::detail
