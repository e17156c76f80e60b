// SPDX-License-Identifier: BSD-3-Clause
// How objects that a record refers to say so, and that they go. Internal.
#pragma once

namespace xgrad::detail {

/// To be called while a step is recorded: a replay will look at `part` or change it.
void record_use_of(const void* part);
/// `part` is about to go; no replay would find it.
void record_end_of(const void* part) noexcept;

}  // namespace xgrad::detail
