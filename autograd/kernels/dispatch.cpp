// SPDX-License-Identifier: BSD-3-Clause
// Chooses the table of vector loops once, by what the processor can run.
#include <atomic>
#include <cstdlib>
#include <cstring>

#include <xgrad/autograd/kernels/simd/table.h>

namespace xgrad::kernels::simd {
namespace {

using Fill = void (*)(Table&);

template <Fill fill>
const Table* filled() {
  static const Table table = [] {
    Table t{};
    fill(t);
    return t;
  }();
  return &table;
}

const Table* table_of(Isa isa) {
#if defined(__x86_64__)
  if (isa == Isa::avx512) return filled<avx512::fill>();
  if (isa == Isa::avx2) return filled<avx2::fill>();
#endif
  static_cast<void>(isa);
  return filled<baseline::fill>();
}

Isa best() noexcept {
  Isa wanted = Isa::avx512;
  if (const char* name = std::getenv("XGRAD_ISA"); name != nullptr) {
    if (std::strcmp(name, "sse2") == 0) wanted = Isa::baseline;
    if (std::strcmp(name, "avx2") == 0) wanted = Isa::avx2;
  }
  for (const Isa isa : {Isa::avx512, Isa::avx2}) {
    if (isa <= wanted && supports(isa)) return isa;
  }
  return Isa::baseline;
}

std::atomic<const Table*> current{nullptr};

}  // namespace

bool supports(Isa isa) noexcept {
  if (isa == Isa::baseline) return true;
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (isa == Isa::avx2) return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512cd") &&
         __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
         __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("fma");
#else
  return false;
#endif
}

const Table& table() noexcept {
  const Table* t = current.load(std::memory_order_relaxed);
  if (t == nullptr) {
    t = table_of(best());
    current.store(t, std::memory_order_relaxed);
  }
  return *t;
}

void select(Isa isa) noexcept { current.store(table_of(isa), std::memory_order_relaxed); }

Isa selected() noexcept {
  const Table* t = &table();
  for (const Isa isa : {Isa::avx512, Isa::avx2}) {
    if (supports(isa) && t == table_of(isa)) return isa;
  }
  return Isa::baseline;
}

}  // namespace xgrad::kernels::simd
