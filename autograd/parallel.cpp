// SPDX-License-Identifier: BSD-3-Clause
// The thread pool: workers spin briefly for the next job, then sleep; a caller that finds the pool busy works alone.
#include <xgrad/autograd/parallel.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <exception>
#include <mutex>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include <xgrad/autograd/error.h>
#include <xgrad/autograd/processors.h>

namespace xgrad {
namespace {

constexpr int max_threads = 1024;
constexpr auto spin_time = std::chrono::microseconds(50);

/// True on a thread that is running a chunk: nested calls then run serially.
thread_local bool inside_chunk = false;

class InsideChunk {
 public:
  InsideChunk() noexcept { inside_chunk = true; }
  ~InsideChunk() { inside_chunk = false; }
  InsideChunk(const InsideChunk&) = delete;
  InsideChunk& operator=(const InsideChunk&) = delete;
};

void pause() noexcept {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

/// Polls `ready` for spin_time at most; true when it came.
template <class F>
bool spin_until(const F& ready) {
  const auto end = std::chrono::steady_clock::now() + spin_time;
  do {
    for (int i = 0; i < 64; ++i) {
      if (ready()) return true;
      pause();
    }
  } while (std::chrono::steady_clock::now() < end);
  return false;
}

void run_serially(std::int64_t n, std::int64_t grain, const detail::RangeFunction& f) {
  for (std::int64_t begin = 0; begin < n; begin += grain) f(begin, n - begin < grain ? n : begin + grain);
}

struct Choice {
  int threads;
  std::string why;
};

Choice default_threads() {
  for (const char* name : {"XGRAD_NUM_THREADS", "OMP_NUM_THREADS"}) {
    if (const char* text = std::getenv(name)) {
      if (const auto threads = detail::threads_of(text, max_threads)) return {*threads, name};
    }
  }
  const auto [usable, why] = detail::usable_processors();
  return {std::min(usable, max_threads), why};
}

class Pool {
 public:
  static Pool& instance() {
    static Pool pool;
    return pool;
  }

  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;
  ~Pool() { stop(); }

  int size() const noexcept { return size_.load(std::memory_order_relaxed); }

  std::string why() {
    const std::lock_guard lock(busy_);
    return why_;
  }

  void resize(int n) {
    const std::lock_guard lock(busy_);
    stop();
    size_.store(n, std::memory_order_relaxed);
    why_ = "set_num_threads";
  }

  /// False when another thread has the pool.
  bool try_run(std::int64_t n, std::int64_t grain, const detail::RangeFunction& f) {
    const std::unique_lock lock(busy_, std::try_to_lock);
    if (!lock.owns_lock()) return false;
    start();
    f_ = &f;
    n_ = n;
    grain_ = grain;
    failed_.store(false, std::memory_order_relaxed);
    next_.store(0, std::memory_order_relaxed);
    gate_.store((++job_ << job_shift) | open_bit, std::memory_order_seq_cst);
    wake_.fetch_add(1, std::memory_order_seq_cst);
    wake_.notify_all();
    work();
    gate_.fetch_and(~open_bit, std::memory_order_acq_rel);
    const auto finished = [this] { return (gate_.load(std::memory_order_acquire) & active_mask) == 0; };
    while (!spin_until(finished)) std::this_thread::yield();
    if (failed_.load(std::memory_order_relaxed)) std::rethrow_exception(std::exchange(error_, nullptr));
    return true;
  }

 private:
  // gate_ = job number, whether workers may still enter, how many are inside: a job ends without waiting for workers
  // that have not woken up.
  static constexpr std::uint64_t active_mask = 0xffff;
  static constexpr std::uint64_t open_bit = 0x10000;
  static constexpr int job_shift = 17;

  Pool() : Pool(default_threads()) {}
  explicit Pool(Choice choice) : size_(choice.threads), why_(std::move(choice.why)) {}

  void start() {
    const auto wanted = static_cast<std::size_t>(size() - 1);
    if (workers_.size() == wanted || refused_) return;
    try {
      workers_.reserve(wanted);
      while (workers_.size() < wanted) workers_.emplace_back([this] { worker(); });
    } catch (const std::system_error&) {  // no memory or no number for another thread: those that there are do it all
      refused_ = true;
    }
  }

  void stop() {
    stopping_.store(true, std::memory_order_seq_cst);
    wake_.fetch_add(1, std::memory_order_seq_cst);
    wake_.notify_all();
    for (std::thread& t : workers_) t.join();
    workers_.clear();
    refused_ = false;
    stopping_.store(false, std::memory_order_seq_cst);
  }

  void worker() {
    std::uint64_t last_job = 0;
    for (;;) {
      const std::uint32_t ticket = wake_.load(std::memory_order_seq_cst);
      std::uint64_t gate = 0;
      const auto ready = [&] {
        gate = gate_.load(std::memory_order_seq_cst);
        return stopping_.load(std::memory_order_seq_cst) || ((gate & open_bit) != 0 && gate >> job_shift != last_job);
      };
      if (!spin_until(ready)) {
        wake_.wait(ticket, std::memory_order_seq_cst);
        continue;
      }
      if (stopping_.load(std::memory_order_seq_cst)) return;
      if (!gate_.compare_exchange_strong(gate, gate + 1, std::memory_order_acq_rel)) continue;
      last_job = gate >> job_shift;
      work();
      gate_.fetch_sub(1, std::memory_order_acq_rel);
    }
  }

  void work() {
    const InsideChunk mark;
    const std::int64_t chunks = (n_ - 1) / grain_ + 1;
    for (;;) {
      const std::int64_t chunk = next_.fetch_add(1, std::memory_order_relaxed);
      if (chunk >= chunks || failed_.load(std::memory_order_relaxed)) return;
      const std::int64_t begin = chunk * grain_;
      try {
        (*f_)(begin, n_ - begin < grain_ ? n_ : begin + grain_);
      } catch (...) {
        if (!failed_.exchange(true, std::memory_order_acq_rel)) error_ = std::current_exception();
      }
    }
  }

  std::atomic<int> size_;
  std::string why_;
  std::vector<std::thread> workers_;
  bool refused_ = false;
  std::mutex busy_;
  std::uint64_t job_ = 0;

  const detail::RangeFunction* f_ = nullptr;
  std::int64_t n_ = 0;
  std::int64_t grain_ = 1;
  std::exception_ptr error_;
  std::atomic<bool> failed_{false};

  alignas(64) std::atomic<std::uint64_t> gate_{0};
  alignas(64) std::atomic<std::int64_t> next_{0};
  alignas(64) std::atomic<std::uint32_t> wake_{0};
  std::atomic<bool> stopping_{false};
};

}  // namespace

int num_threads() noexcept { return Pool::instance().size(); }

void set_num_threads(int n) {
  if (n < 1 || n > max_threads) {
    throw ValueError("[set_num_threads] " + std::to_string(n) + " threads asked for; give 1 to " +
                     std::to_string(max_threads));
  }
  Pool::instance().resize(n);
}

namespace detail {

std::string threads_why() { return Pool::instance().why(); }

void parallel_for(std::int64_t n, std::int64_t grain, RangeFunction f) {
  if (n <= 0) return;
  if (grain < 1) grain = 1;
  if (n <= grain || inside_chunk || Pool::instance().size() == 1 || !Pool::instance().try_run(n, grain, f)) {
    run_serially(n, grain, f);
  }
}

}  // namespace detail
}  // namespace xgrad
