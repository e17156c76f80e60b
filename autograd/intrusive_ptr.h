// SPDX-License-Identifier: BSD-3-Clause
// A counted pointer whose count lives in the object: one word a handle, no control block.
#pragma once

#include <atomic>
#include <concepts>
#include <cstdint>
#include <utility>

#if __has_include(<sys/single_threaded.h>)
#include <sys/single_threaded.h>
#endif

namespace xgrad {

namespace detail {

/// True while the process has never had a second thread (glibc knows): counting then needs no locked instructions,
/// which are a third of what recording an op costs.
inline bool single_threaded() noexcept {
#if __has_include(<sys/single_threaded.h>)
  return __libc_single_threaded;
#else
  return false;
#endif
}

/// Adds to a counter that several threads may share; gives its former value.
template <class T>
T count(std::atomic<T>& counter, T step) noexcept {
  if (!single_threaded()) return counter.fetch_add(step, std::memory_order_relaxed);
  const T former = counter.load(std::memory_order_relaxed);
  counter.store(former + step, std::memory_order_relaxed);
  return former;
}

}  // namespace detail

/// Base of counted objects; starts with one owner. `T::destroy(T*)` is called when the last owner leaves.
class RefCounted {
 public:
  RefCounted() = default;
  RefCounted(const RefCounted&) = delete;
  RefCounted& operator=(const RefCounted&) = delete;

  std::uint32_t use_count() const noexcept { return count_.load(std::memory_order_acquire); }

 protected:
  ~RefCounted() = default;

 private:
  template <class T>
  friend class intrusive_ptr;

  void retain() const noexcept { detail::count(count_, std::uint32_t{1}); }
  /// True when the caller was the last owner. A sole owner needs no atomic read-modify-write.
  bool release() const noexcept {
    const std::uint32_t owners = count_.load(std::memory_order_acquire);
    if (owners == 1) return true;
    if (!detail::single_threaded()) return count_.fetch_sub(1, std::memory_order_acq_rel) == 1;
    count_.store(owners - 1, std::memory_order_relaxed);
    return false;
  }

  mutable std::atomic<std::uint32_t> count_{1};
};

/// Shared ownership of a RefCounted object.
template <class T>
class intrusive_ptr {
 public:
  intrusive_ptr() = default;
  intrusive_ptr(std::nullptr_t) noexcept {}
  intrusive_ptr(const intrusive_ptr& other) noexcept : p_(other.p_) {
    if (p_) p_->retain();
  }
  intrusive_ptr(intrusive_ptr&& other) noexcept : p_(std::exchange(other.p_, nullptr)) {}
  template <std::derived_from<T> U>
  intrusive_ptr(intrusive_ptr<U> other) noexcept : p_(other.detach()) {}
  intrusive_ptr& operator=(intrusive_ptr other) noexcept {
    std::swap(p_, other.p_);
    return *this;
  }
  ~intrusive_ptr() { reset(); }

  /// Takes over the reference that a new object starts with.
  static intrusive_ptr adopt(T* p) noexcept {
    intrusive_ptr r;
    r.p_ = p;
    return r;
  }
  /// Adds an owner to a live object.
  static intrusive_ptr share(T* p) noexcept {
    if (p) p->retain();
    return adopt(p);
  }

  /// Gives up the object without releasing it.
  T* detach() noexcept { return std::exchange(p_, nullptr); }
  void reset() noexcept {
    T* p = std::exchange(p_, nullptr);
    if (p && p->release()) T::destroy(p);
  }

  T* get() const noexcept { return p_; }
  T* operator->() const noexcept { return p_; }
  T& operator*() const noexcept { return *p_; }
  explicit operator bool() const noexcept { return p_ != nullptr; }
  friend bool operator==(const intrusive_ptr& a, const intrusive_ptr& b) noexcept { return a.p_ == b.p_; }

 private:
  T* p_ = nullptr;
};

}  // namespace xgrad
