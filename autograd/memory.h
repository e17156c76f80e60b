// SPDX-License-Identifier: BSD-3-Clause
// The caching memory pool behind arrays and tape nodes: freed blocks are kept and handed out again.
#pragma once

#include <cstddef>
#include <cstdint>

namespace xgrad::memory {

/// 64-byte aligned block of at least `bytes` bytes. Small blocks come from lists of the calling thread, large ones
/// from a shared list backed by huge pages where the system offers them. @throws std::bad_alloc
void* allocate(std::size_t bytes);

/// Gives back a block that `allocate(bytes)` returned, on any thread.
void deallocate(void* block, std::size_t bytes) noexcept;

/// False in builds under a memory checker, where every block comes from the system.
bool pooled() noexcept;

/// What the pool has done since the program began.
struct Statistics {
  std::int64_t bytes_in_use;     ///< handed out now, rounded up to block sizes
  std::int64_t bytes_reserved;   ///< taken from the system and not given back
  std::int64_t system_requests;  ///< how often the system was asked; constant in a loop's steady state
};
Statistics statistics() noexcept;

/// Returns unused large blocks to the system.
void trim() noexcept;

/// Tests only: the n-th request from now on fails with std::bad_alloc (1 is the next); 0 switches it off.
void fail_allocation_after(std::int64_t n) noexcept;

}  // namespace xgrad::memory
