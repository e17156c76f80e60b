// SPDX-License-Identifier: BSD-3-Clause
// Folders, as the build gives them.
#include "paths.h"

namespace xgrad::tests {

std::string source_path(const std::string& relative) { return std::string(XGRAD_SOURCE_DIR) + "/" + relative; }

std::string program_path(const std::string& name) { return std::string(XGRAD_PROGRAM_DIR) + "/" + name + "/" + name; }

}  // namespace xgrad::tests
