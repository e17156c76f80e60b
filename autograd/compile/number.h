// SPDX-License-Identifier: BSD-3-Clause
// How host code says that a step computes with a number of its own. Internal.
#pragma once

namespace xgrad::detail {

/// To be called while a step is recorded: it has the number as a constant, and a replay must find it so.
void record_number(const double& number);

}  // namespace xgrad::detail
