// SPDX-License-Identifier: BSD-3-Clause
// The three streams that a program is started with, or should be.
#pragma once

namespace xgrad::models {

/// Opens /dev/null in the place of each of stdin, stdout and stderr that is closed. Otherwise the next files opened
/// took their numbers, and what is printed went into them. To be called before anything is opened.
void open_standard_streams() noexcept;

}  // namespace xgrad::models
