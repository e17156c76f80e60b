// SPDX-License-Identifier: BSD-3-Clause
// The caching pool: size classes, lists of the calling thread for small blocks, one shared list for the rest.
#include <xgrad/autograd/memory.h>

#include <sys/mman.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cstdint>
#include <mutex>
#include <new>
#include <vector>

#if defined(__SANITIZE_ADDRESS__)
#define XGRAD_POOLED 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define XGRAD_POOLED 0
#endif
#endif
#ifndef XGRAD_POOLED
#define XGRAD_POOLED 1
#endif

namespace xgrad::memory {

namespace {

using detail::batch_blocks;
using detail::fail_countdown;
using detail::Free;
using detail::granule;
using detail::linear_limit;
using detail::n_small;

constexpr std::size_t small_limit = 32 * 1024;    // up to it, blocks are kept by the thread that freed them
constexpr std::size_t carved_limit = 256 * 1024;  // up to it, blocks are carved out of arenas
constexpr std::size_t arena_bytes = 1024 * 1024;  // the least; later ones are an eighth of what is reserved
constexpr std::size_t greatest_arena_bytes = 32 * 1024 * 1024;
constexpr std::size_t huge_page = 2 * 1024 * 1024;
constexpr std::size_t n_linear = linear_limit / granule;
constexpr std::size_t n_classes = n_linear + 4 * 40;  // then four classes a doubling

constexpr std::size_t class_of(std::size_t bytes) noexcept {
  if (bytes <= linear_limit) return detail::linear_class(bytes);
  const std::size_t b = bytes - 1;
  const auto e = static_cast<std::size_t>(std::bit_width(b)) - 1;
  return n_linear + (e - 10) * 4 + ((b >> (e - 2)) & 3);
}
constexpr std::size_t bytes_of(std::size_t cls) noexcept {
  if (cls < n_linear) return (cls + 1) * granule;
  const std::size_t e = 10 + (cls - n_linear) / 4;
  return (std::size_t{1} << e) + ((cls - n_linear) % 4 + 1) * (std::size_t{1} << (e - 2));
}
static_assert(bytes_of(class_of(1)) == 64 && bytes_of(class_of(1024)) == 1024 && bytes_of(class_of(1025)) == 1280);
static_assert(bytes_of(class_of(2048)) == 2048 && bytes_of(class_of(2049)) == 2560);

static_assert(n_small == class_of(small_limit) + 1);

std::atomic<std::int64_t> reserved{0};
std::atomic<std::int64_t> requests{0};
std::atomic<std::size_t> greatest_request{std::size_t{1} << 46};

std::byte* take_from_system(std::size_t bytes) {
  // Over-reserve so that the start can be aligned to a huge page; what is never touched is never resident.
  const bool huge = bytes >= 2 * huge_page;
  const std::size_t slack = huge ? huge_page : 0;
  void* p = mmap(nullptr, bytes + slack, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (p == MAP_FAILED) throw std::bad_alloc();
  auto* start = static_cast<std::byte*>(p);
  if (huge) {
    const std::size_t misfit = reinterpret_cast<std::uintptr_t>(start) % huge_page;
    const std::size_t before = misfit == 0 ? 0 : huge_page - misfit;
    if (before > 0) munmap(start, before);
    start += before;
    if (slack > before) munmap(start + bytes, slack - before);
    madvise(start, bytes, MADV_HUGEPAGE);
  }
  reserved.fetch_add(static_cast<std::int64_t>(bytes), std::memory_order_relaxed);
  requests.fetch_add(1, std::memory_order_relaxed);
  return start;
}

struct ThreadCache;

/// Lists shared by all threads. Never destroyed: arrays of static storage may outlive everything else.
struct Shared {
  std::mutex mutex;
  std::array<Free*, n_classes> lists{};  ///< small classes: batches; large classes: single blocks
  std::byte* arena = nullptr;
  std::size_t arena_left = 0;
  std::vector<ThreadCache*> threads;
  std::int64_t in_use_of_ended_threads = 0;

  std::byte* carve(std::size_t bytes) {
    if (bytes > arena_left) {
      // A giant tape walks over far more memory than small pages' translations are kept for: huge pages for it.
      const auto eighth = static_cast<std::size_t>(reserved.load(std::memory_order_relaxed)) / 8;
      const std::size_t size =
          eighth < 2 * huge_page ? arena_bytes : std::min(eighth / huge_page * huge_page, greatest_arena_bytes);
      arena = take_from_system(size);
      arena_left = size;
    }
    std::byte* p = arena;
    arena += bytes;
    arena_left -= bytes;
    return p;
  }
};

Shared& shared() noexcept {
  static Shared* instance = new Shared;
  return *instance;
}

/// Set once the thread's cache is gone; later frees on that thread go straight to the shared lists.
thread_local bool cache_ended = false;

struct ThreadCache : detail::Lists {
  ThreadCache() {
    Shared& s = shared();
    const std::lock_guard lock(s.mutex);
    s.threads.push_back(this);
    if (XGRAD_POOLED) detail::lists = this;
  }
  ~ThreadCache() {
    cache_ended = true;
    detail::lists = nullptr;
    Shared& s = shared();
    const std::lock_guard lock(s.mutex);
    for (std::size_t c = 0; c < n_small; ++c) {
      if (of_class[c].head == nullptr) continue;
      of_class[c].head->next_batch = s.lists[c];
      s.lists[c] = of_class[c].head;
    }
    s.in_use_of_ended_threads += in_use.load(std::memory_order_relaxed);
    std::erase(s.threads, this);
  }
  ThreadCache(const ThreadCache&) = delete;
  ThreadCache& operator=(const ThreadCache&) = delete;

  void* take(std::size_t cls) {
    List& list = of_class[cls];
    if (list.head == nullptr) refill(cls);
    Free* block = list.head;
    list.head = block->next;
    if (list.count > 0) --list.count;
    return block;
  }

  void give(std::size_t cls, void* p) noexcept {
    List& list = of_class[cls];
    auto* block = static_cast<Free*>(p);
    block->next = list.head;
    list.head = block;
    if (++list.count >= 2 * batch_blocks) spill(cls);
  }

 private:
  void refill(std::size_t cls) {
    Shared& s = shared();
    const std::lock_guard lock(s.mutex);
    List& list = of_class[cls];
    if (Free* batch = s.lists[cls]) {
      s.lists[cls] = batch->next_batch;
      list.head = batch;
      list.count = batch_blocks;  // an estimate: the count only decides when to spill
      return;
    }
    const std::size_t bytes = bytes_of(cls);
    // A few at a time, so that threads with few blocks reserve little.
    const std::size_t n = bytes <= linear_limit ? 16 : 1;
    // Handed out by ascending address, so that what is made in turn lies in turn.
    Free** end = &list.head;
    for (std::size_t i = 0; i < n; ++i) {
      auto* block = reinterpret_cast<Free*>(s.carve(bytes));
      block->next = nullptr;
      *end = block;
      end = &block->next;
      ++list.count;
    }
  }

  void spill(std::size_t cls) noexcept {
    List& list = of_class[cls];
    Free* batch = list.head;
    Free* last = batch;
    for (std::uint32_t i = 1; i < batch_blocks && last->next != nullptr; ++i) last = last->next;
    list.head = last->next;
    last->next = nullptr;
    list.count = list.head == nullptr ? 0 : list.count - batch_blocks;
    Shared& s = shared();
    const std::lock_guard lock(s.mutex);
    batch->next_batch = s.lists[cls];
    s.lists[cls] = batch;
  }
};

ThreadCache& cache() {
  thread_local ThreadCache instance;
  return instance;
}

void count_in_use(std::int64_t bytes) noexcept {
  if (!cache_ended) {
    cache().count(bytes);
    return;
  }
  Shared& s = shared();
  const std::lock_guard lock(s.mutex);
  s.in_use_of_ended_threads += bytes;
}

void* take_shared(std::size_t cls) {
  Shared& s = shared();
  const std::lock_guard lock(s.mutex);
  if (Free* block = s.lists[cls]) {
    if (cls < n_small && block->next != nullptr) {  // a batch: leave the rest as one
      block->next->next_batch = block->next_batch;
      s.lists[cls] = block->next;
    } else {
      s.lists[cls] = block->next_batch;
    }
    return block;
  }
  const std::size_t bytes = bytes_of(cls);
  return bytes <= carved_limit ? s.carve(bytes) : take_from_system(bytes);
}

void give_shared(std::size_t cls, void* p) noexcept {
  Shared& s = shared();
  const std::lock_guard lock(s.mutex);
  auto* block = static_cast<Free*>(p);
  block->next = nullptr;
  block->next_batch = s.lists[cls];
  s.lists[cls] = block;
}

void maybe_fail() {
  if (fail_countdown.load(std::memory_order_relaxed) > 0 &&
      fail_countdown.fetch_sub(1, std::memory_order_relaxed) == 1) {
    throw std::bad_alloc();
  }
}

}  // namespace

bool pooled() noexcept { return XGRAD_POOLED; }

void* detail::allocate_slowly(std::size_t bytes) {
  maybe_fail();
  if (!may_request(bytes)) throw std::bad_alloc();
  const std::size_t cls = class_of(bytes);
  const auto size = static_cast<std::int64_t>(bytes_of(cls));
  void* p = nullptr;
  if (!pooled()) {
    // Under a memory checker every block is its own, so that overruns and uses after free are seen. The checker's
    // own operator new would end the program where memory lacks.
    p = ::operator new (bytes == 0 ? 1 : bytes, std::align_val_t{granule}, std::nothrow);
    if (p == nullptr) throw std::bad_alloc();
    requests.fetch_add(1, std::memory_order_relaxed);
  } else if (cls < n_small && !cache_ended) {
    p = cache().take(cls);
  } else {
    p = take_shared(cls);
  }
  count_in_use(size);
  return p;
}

void detail::deallocate_slowly(void* block, std::size_t bytes) noexcept {
  const std::size_t cls = class_of(bytes);
  count_in_use(-static_cast<std::int64_t>(bytes_of(cls)));
  if (!pooled()) {
    ::operator delete (block, std::align_val_t{granule});
  } else if (cls < n_small && !cache_ended) {
    cache().give(cls, block);
  } else {
    give_shared(cls, block);
  }
}

Statistics statistics() noexcept {
  Shared& s = shared();
  const std::lock_guard lock(s.mutex);
  std::int64_t in_use = s.in_use_of_ended_threads;
  for (const ThreadCache* t : s.threads) in_use += t->in_use.load(std::memory_order_relaxed);
  return {in_use, reserved.load(std::memory_order_relaxed), requests.load(std::memory_order_relaxed)};
}

void trim() noexcept {
  Shared& s = shared();
  const std::lock_guard lock(s.mutex);
  for (std::size_t c = class_of(carved_limit) + 1; c < n_classes; ++c) {
    while (Free* block = s.lists[c]) {
      s.lists[c] = block->next_batch;
      munmap(block, bytes_of(c));
      reserved.fetch_sub(static_cast<std::int64_t>(bytes_of(c)), std::memory_order_relaxed);
    }
  }
}

void fail_allocation_after(std::int64_t n) noexcept { fail_countdown.store(n, std::memory_order_relaxed); }

bool may_request(std::size_t bytes) noexcept { return bytes <= greatest_request.load(std::memory_order_relaxed); }

void refuse_above(std::size_t bytes) noexcept {
  greatest_request.store(bytes == 0 ? std::size_t{1} << 46 : bytes, std::memory_order_relaxed);
}

}  // namespace xgrad::memory
