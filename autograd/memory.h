// SPDX-License-Identifier: BSD-3-Clause
// The caching memory pool behind arrays and tape nodes: freed blocks are kept and handed out again.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace xgrad::memory {

namespace detail {

inline constexpr std::size_t granule = 64;
inline constexpr std::size_t linear_limit = 1024;   // below it, classes are multiples of the granule
inline constexpr std::size_t n_small = 36;          // classes whose blocks are kept by the thread that freed them
inline constexpr std::uint32_t batch_blocks = 256;  // that move between a thread and the shared lists at once

/// A free block; its first words link it to others of its class.
struct Free {
  Free* next;
  Free* next_batch;  ///< in the shared lists, of the first block of a batch
};

/// The free small blocks of one thread.
struct Lists {
  struct List {
    Free* head = nullptr;
    std::uint32_t count = 0;
  };
  std::array<List, n_small> of_class{};
  std::atomic<std::int64_t> in_use{0};  ///< may be negative: blocks freed here that another thread took

  void count(std::int64_t bytes) noexcept {
    in_use.store(in_use.load(std::memory_order_relaxed) + bytes, std::memory_order_relaxed);
  }
};

/// Null before the thread's first block and after its last, and where there is no pool.
inline constinit thread_local Lists* lists = nullptr;
inline std::atomic<std::int64_t> fail_countdown{0};

void* allocate_slowly(std::size_t bytes);
void deallocate_slowly(void* block, std::size_t bytes) noexcept;

constexpr std::size_t linear_class(std::size_t bytes) noexcept { return bytes == 0 ? 0 : (bytes - 1) / granule; }

}  // namespace detail

/// 64-byte aligned block of at least `bytes` bytes. Small blocks come from lists of the calling thread, large ones
/// from a shared list backed by huge pages where the system offers them. @throws std::bad_alloc
inline void* allocate(std::size_t bytes) {
  detail::Lists* own = detail::lists;
  if (bytes <= detail::linear_limit && own != nullptr) [[likely]] {
    const std::size_t cls = detail::linear_class(bytes);
    auto& list = own->of_class[cls];
    detail::Free* block = list.head;
    if (block != nullptr && detail::fail_countdown.load(std::memory_order_relaxed) == 0) [[likely]] {
      list.head = block->next;
      // Whoever asks again soon, as a long tape does, finds the next block in the cache.
      __builtin_prefetch(list.head, 1);
      __builtin_prefetch(reinterpret_cast<void*>(reinterpret_cast<std::uintptr_t>(list.head) + detail::granule), 1);
      if (list.count > 0) --list.count;
      own->count(static_cast<std::int64_t>((cls + 1) * detail::granule));
      return block;
    }
  }
  return detail::allocate_slowly(bytes);
}

/// Gives back a block that `allocate(bytes)` returned, on any thread.
inline void deallocate(void* block, std::size_t bytes) noexcept {
  detail::Lists* own = detail::lists;
  if (bytes <= detail::linear_limit && own != nullptr) [[likely]] {
    const std::size_t cls = detail::linear_class(bytes);
    auto& list = own->of_class[cls];
    if (list.count + 1 < 2 * detail::batch_blocks) [[likely]] {
      auto* freed = static_cast<detail::Free*>(block);
      freed->next = list.head;
      list.head = freed;
      ++list.count;
      own->count(-static_cast<std::int64_t>((cls + 1) * detail::granule));
      return;
    }
  }
  detail::deallocate_slowly(block, bytes);
}

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

/// False for more than a request may ask for, which goes for memory from elsewhere too.
bool may_request(std::size_t bytes) noexcept;

/// Tests only: from now on requests of more than `bytes` fail with std::bad_alloc; 0 switches it off.
void refuse_above(std::size_t bytes) noexcept;

}  // namespace xgrad::memory
