// SPDX-License-Identifier: BSD-3-Clause
// Loads OpenBLAS, or takes the functions of the one that is linked, and has its work buffers made before it wants them.
#include <xgrad/autograd/kernels/blas_library.h>

#include <dlfcn.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <list>
#include <mutex>
#include <string_view>
#include <utility>
#include <vector>

#include <xgrad/autograd/error.h>

#ifndef XGRAD_OPENBLAS_NAME  // a static OpenBLAS is linked
#define XGRAD_BLAS_NEEDED(X) \
  X(cblas_sgemm)             \
  X(cblas_dgemm)             \
  X(cblas_sgemv)             \
  X(cblas_dgemv)             \
  X(cblas_strsm)             \
  X(cblas_dtrsm)             \
  X(sgetrf_)                 \
  X(dgetrf_)                 \
  X(sgetri_)                 \
  X(dgetri_)                 \
  X(spotrf_)                 \
  X(dpotrf_)                 \
  X(ssyevd_)                 \
  X(dsyevd_)
#define XGRAD_BLAS_OPTIONAL(X) \
  X(openblas_set_num_threads)  \
  X(openblas_get_num_threads)  \
  X(openblas_get_config)       \
  X(openblas_get_corename)     \
  X(blas_memory_alloc)         \
  X(blas_memory_free)
#define XGRAD_DECLARE(name) void name();
#define XGRAD_DECLARE_WEAK(name) [[gnu::weak]] void name();
#define XGRAD_ROW(name) {#name, &name},
extern "C" {
XGRAD_BLAS_NEEDED(XGRAD_DECLARE)
XGRAD_BLAS_OPTIONAL(XGRAD_DECLARE_WEAK)
}
#endif

namespace xgrad::kernels::detail {

struct BlasLibrary {
  BlasFunctions<float> of_float;
  BlasFunctions<double> of_double;
  // OpenBLAS's own, null in others.
  void (*set_num_threads)(int);
  int (*get_num_threads)();
  char* (*get_config)();
  char* (*get_corename)();
  void* (*memory_alloc)(int);
  void (*memory_free)(void*);
};

namespace {

constexpr std::size_t mebi = std::size_t{1} << 20;
#ifdef __powerpc64__
constexpr std::size_t buffer_size = 256 * mebi;
#else
constexpr std::size_t buffer_size = 128 * mebi;
#endif

/// Whether OpenBLAS, which asks in the same way, would get so much now.
bool can_map(std::size_t bytes) noexcept {
  void* at = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (at == MAP_FAILED) return false;
  munmap(at, bytes);
  return true;
}

template <class Find, class F>
bool take(const Find& find, const std::string& name, F*& function) {
  function = reinterpret_cast<F*>(find(name));
  return function != nullptr;
}

template <class T, class Find>
bool take_all(const Find& find, BlasFunctions<T>& f) {
  const std::string letter = std::is_same_v<T, float> ? "s" : "d";
  return take(find, "cblas_" + letter + "gemm", f.gemm) && take(find, "cblas_" + letter + "gemv", f.gemv) &&
         take(find, "cblas_" + letter + "trsm", f.trsm) && take(find, letter + "getrf_", f.getrf) &&
         take(find, letter + "getri_", f.getri) && take(find, letter + "potrf_", f.potrf) &&
         take(find, letter + "syevd_", f.syevd);
}

/// False when one that is needed is missing.
template <class Find>
bool take_all(const Find& find, BlasLibrary& l) {
  take(find, "openblas_set_num_threads", l.set_num_threads);
  take(find, "openblas_get_num_threads", l.get_num_threads);
  take(find, "openblas_get_config", l.get_config);
  take(find, "openblas_get_corename", l.get_corename);
  take(find, "blas_memory_alloc", l.memory_alloc);
  take(find, "blas_memory_free", l.memory_free);
  return take_all(find, l.of_float) && take_all(find, l.of_double);
}

#ifdef XGRAD_OPENBLAS_NAME

constexpr std::size_t library_size = 64 * mebi;  // OpenBLAS's file and those that it loads

/// dlopen while the environment says OPENBLAS_NUM_THREADS=1: OpenBLAS would start a thread for each core, each with a
/// buffer, of which we use none. A new list takes the old one's place for that time, since setenv is not safe beside
/// other threads' getenv; it is never freed, for one of them may be reading it still.
void* open_with_one_thread(const char* file) {
  static char one[] = "OPENBLAS_NUM_THREADS=1";
  static auto& lists = *new std::list<std::vector<char*>>;
  std::vector<char*>& list = lists.emplace_back();
  for (char** at = environ; at != nullptr && *at != nullptr; ++at) {
    if (!std::string_view(*at).starts_with("OPENBLAS_NUM_THREADS=")) list.push_back(*at);
  }
  list.insert(list.end(), {one, nullptr});
  char** const before = std::exchange(environ, list.data());
  void* handle = dlopen(file, RTLD_LAZY | RTLD_LOCAL);
  if (environ == list.data()) environ = before;
  return handle;
}

BlasLibrary load() {
  void* handle = open_with_one_thread(XGRAD_OPENBLAS_NAME);
  if (handle == nullptr) handle = open_with_one_thread(XGRAD_OPENBLAS_PATH);
  if (handle == nullptr) {
    const char* why = dlerror();
    if (!can_map(library_size)) {
      throw OutOfMemoryError(nullptr,
                             "OpenBLAS needs 192 MiB of address space, which are not to be had (see ulimit -v)");
    }
    throw Error(std::string("[BLAS] OpenBLAS cannot be loaded: ") + (why != nullptr ? why : XGRAD_OPENBLAS_NAME));
  }
  BlasLibrary l{};
  if (!take_all([handle](const std::string& name) { return dlsym(handle, name.c_str()); }, l)) {
    throw Error("[BLAS] " XGRAD_OPENBLAS_NAME " lacks a function of CBLAS or LAPACK");
  }
  return l;
}

#else

BlasLibrary load() {
  using Function = void (*)();
  static constexpr std::pair<std::string_view, Function> rows[] = {XGRAD_BLAS_NEEDED(XGRAD_ROW)
                                                                       XGRAD_BLAS_OPTIONAL(XGRAD_ROW)};
  BlasLibrary l{};
  take_all(
      [](const std::string& name) {
        return std::ranges::find(rows, name, &std::pair<std::string_view, Function>::first)->second;
      },
      l);
  return l;
}

#endif

const BlasLibrary& library() {
  static const BlasLibrary loaded = [] {  // tried again by the next one when it throws
    BlasLibrary l = load();
    if (l.set_num_threads != nullptr) l.set_num_threads(1);  // the host may have loaded it before us
    return l;
  }();
  return loaded;
}

/// OpenBLAS's work buffers that exist, of which each call takes one.
class Buffers {
 public:
  void take(const BlasLibrary& l) {
    if (l.memory_alloc == nullptr || l.memory_free == nullptr || try_take()) return;
    std::unique_lock lock(mutex_);
    if (try_take() || grow(l)) return;
    if (known_.empty()) {
      throw OutOfMemoryError(nullptr,
                             "OpenBLAS works in 128 MiB of address space, which are not to be had (see ulimit -v)");
    }
    waiting_.fetch_add(1);
    given_.wait(lock, [this] { return try_take(); });
    waiting_.fetch_sub(1);
  }

  void give(const BlasLibrary& l) noexcept {
    if (l.memory_alloc == nullptr || l.memory_free == nullptr) return;
    free_.fetch_add(1);
    if (waiting_.load() == 0) return;
    const std::lock_guard lock(mutex_);
    given_.notify_one();
  }

 private:
  bool try_take() noexcept {
    int n = free_.load();
    while (n > 0) {
      if (free_.compare_exchange_weak(n, n - 1)) return true;
    }
    return false;
  }

  /// Has OpenBLAS make another buffer for the caller. Those after the first are made only where as much again stays for
  /// arrays.
  bool grow(const BlasLibrary& l) {
    if (known_.size() >= most) return false;
    if (!can_map(known_.empty() ? buffer_size + mebi : 2 * buffer_size)) return false;
    known_.reserve(known_.size() + 1);
    void* const buffer = l.memory_alloc(0);
    l.memory_free(buffer);
    // One that we know is of a call that has just ended; its place will be given back at once.
    if (std::ranges::find(known_, buffer) != known_.end()) return false;
    known_.push_back(buffer);
    return true;
  }

  static constexpr std::size_t most = 64;  // OpenBLAS has a fixed number of places, twice its greatest of threads

  std::atomic<int> free_{0};
  std::atomic<int> waiting_{0};
  std::mutex mutex_;
  std::condition_variable given_;
  std::vector<void*> known_;
};

Buffers& buffers() {
  static auto* all = new Buffers;  // threads may call to the very end
  return *all;
}

std::string text(char* (*function)()) { return function != nullptr ? function() : ""; }

}  // namespace

BlasCall::BlasCall() : library_(library()) { buffers().take(library_); }
BlasCall::~BlasCall() { buffers().give(library_); }
const BlasFunctions<float>& BlasCall::of_float() const noexcept { return library_.of_float; }
const BlasFunctions<double>& BlasCall::of_double() const noexcept { return library_.of_double; }

BlasDescription describe_blas() {
  const BlasLibrary& l = library();
  return {text(l.get_config), text(l.get_corename), l.get_num_threads != nullptr ? l.get_num_threads() : 0};
}

}  // namespace xgrad::kernels::detail
