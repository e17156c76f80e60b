// SPDX-License-Identifier: BSD-3-Clause
// Optimiser updates split over the threads.
#include <xgrad/autograd/kernels/optimizer.h>

#include <string>

#include <xgrad/autograd/error.h>
#include <xgrad/autograd/kernels/broadcast.h>
#include <xgrad/autograd/kernels/flush.h>
#include <xgrad/autograd/kernels/simd/table.h>
#include <xgrad/autograd/parallel.h>

namespace xgrad::kernels {
namespace {

constexpr std::int64_t grain = 32768;

int index_of(const char* op, const Array& p) {
  if (!is_floating(p.dtype())) throw DTypeError("[" + std::string(op) + "] parameters are floating, not int64");
  return static_cast<int>(p.dtype());
}

/// Writable elements, null for an undefined array.
void* state(Array& x) { return x.defined() ? x.mutable_raw() : nullptr; }

template <class F>
void for_chunks(const Array& p, const F& f) {
  xgrad::detail::parallel_for(p.size(), grain, [&](std::int64_t begin, std::int64_t end) {
    const FlushSubnormals flush;
    f(
        end - begin, [begin, dtype = p.dtype()](void* x) { return x ? detail::at(x, dtype, begin) : nullptr; }, begin);
  });
}

}  // namespace

void sgd(const SgdUpdate& u, const Array& g, Array& p, Array& buffer) {
  const auto loop = simd::table().sgd[index_of("sgd", p)];
  void *value = p.mutable_raw(), *b = state(buffer);
  for_chunks(p, [&](std::int64_t n, auto part, std::int64_t begin) {
    loop(u, n, detail::at(g, begin), part(value), part(b));
  });
}

void adam(const AdamUpdate& u, const Array& g, Array& p, Array& m, Array& v, Array& max_v) {
  const auto loop = simd::table().adam[index_of("adam", p)];
  void *value = p.mutable_raw(), *mean = state(m), *square = state(v), *max_square = state(max_v);
  for_chunks(p, [&](std::int64_t n, auto part, std::int64_t begin) {
    loop(u, n, detail::at(g, begin), part(value), part(mean), part(square), part(max_square));
  });
}

void rmsprop(const RmspropUpdate& u, const Array& g, Array& p, Array& square_avg, Array& mean_g, Array& buffer) {
  const auto loop = simd::table().rmsprop[index_of("rmsprop", p)];
  void *value = p.mutable_raw(), *square = state(square_avg), *mean = state(mean_g), *b = state(buffer);
  for_chunks(p, [&](std::int64_t n, auto part, std::int64_t begin) {
    loop(u, n, detail::at(g, begin), part(value), part(square), part(mean), part(b));
  });
}

}  // namespace xgrad::kernels
