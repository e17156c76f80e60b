// SPDX-License-Identifier: BSD-3-Clause
// Files of lines that grow: what finished runs leave behind, also when several processes write to one file.
#pragma once

#include <filesystem>
#include <string>

namespace xgrad::models {

/// Adds the line and a newline at the end of the file, which is made when there is none, whole and durable before it
/// returns. In one write, so that lines of several processes do not mix and those of a full disk or a crash are torn at
/// most at the end; a torn one is closed first. @throws IoError
void append_line(const std::filesystem::path& file, std::string line);

}  // namespace xgrad::models
