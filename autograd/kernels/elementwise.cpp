// SPDX-License-Identifier: BSD-3-Clause
// Element-wise kernels: broadcasting merged to few loops, split over the threads, run by the vector tables.
#include <xgrad/autograd/kernels/elementwise.h>

#include <algorithm>
#include <atomic>
#include <string>

#include <xgrad/autograd/error.h>
#include <xgrad/autograd/kernels/broadcast.h>
#include <xgrad/autograd/kernels/simd/table.h>
#include <xgrad/autograd/kernels/stream.h>
#include <xgrad/autograd/parallel.h>

namespace xgrad::kernels {
namespace {

using xgrad::detail::parallel_for;

// Cheap elements a chunk: some 20 us of work, measured.
constexpr std::int64_t cheap_grain = 65536;

/// Which variant of a binary loop: the operands that are one value along the inner axis.
unsigned splat(bool a, bool b) noexcept {
  return (a ? unsigned{simd::splat_a} : 0u) | (b ? unsigned{simd::splat_b} : 0u);
}

[[noreturn]] void throw_dtype(const char* what, DType dtype) {
  throw DTypeError("[" + std::string(what) + "] the function does not take " + name_of(dtype) +
                   "; convert with astype first");
}

}  // namespace

std::int64_t cost(Unary f) noexcept {
  switch (f) {
    case Unary::sin:
    case Unary::cos:
    case Unary::pow:
      return 32;
    case Unary::exp:
    case Unary::log:
    case Unary::log1p:
    case Unary::expm1:
    case Unary::erf:
    case Unary::tanh:
    case Unary::sigmoid:
    case Unary::softplus:
    case Unary::elu:
    case Unary::elu_slope:
    case Unary::gelu:
    case Unary::silu:
      return 4;
    default:
      return 1;
  }
}

std::int64_t cost(Binary f) noexcept { return f == Binary::pow ? 32 : 1; }

void unary(Unary f, const Array& x, Array& out, double p, double q) {
  const DType dtype = out.dtype();
  const auto loop = simd::table().unary[static_cast<int>(dtype)][static_cast<int>(f)];
  if (loop == nullptr) throw_dtype("unary", dtype);
  const void* in = x.raw();
  void* y = out.mutable_raw();
  const std::int64_t n = out.size();
  const std::int64_t grain = cheap_grain / cost(f);
  if (n <= grain) return loop(n, in, y, p, q, false, {});
  const bool large = out.nbytes() >= detail::stream_bytes;
  const bool stream = large && in != y;     // in place nothing is read in vain
  const bool fetch = large && cost(f) > 1;  // ahead of cheap functions the machine fetches by itself
  detail::stream_for(n, grain, stream, [&](std::int64_t begin, std::int64_t end) {
    const void* from = detail::at(x, begin);
    const void* next = detail::ahead_of(from);
    loop(end - begin, from, detail::at(y, dtype, begin), p, q, stream, fetch ? simd::Ahead(&next, 1) : simd::Ahead());
  });
}

void binary(Binary f, const Array& a, const Array& b, Array& out, double p) {
  const DType dtype = out.dtype();
  const auto* variants = simd::table().binary[static_cast<int>(dtype)][static_cast<int>(f)];
  if (variants[0] == nullptr) throw_dtype("binary", dtype);
  void* y = out.mutable_raw();
  const std::int64_t n = out.size();
  if (n == 0) return;
  if (n == 1) return variants[simd::none]({1, 1, 0, 0, false}, a.raw(), b.raw(), y, p);
  const std::int64_t grain = cheap_grain / cost(f);
  const bool whole_a = a.size() == n, whole_b = b.size() == n;
  if ((whole_a || a.size() == 1) && (whole_b || b.size() == 1)) {
    const auto loop = variants[splat(!whole_a, !whole_b)];
    if (n <= grain) return loop({1, n, 0, 0, false}, a.raw(), b.raw(), y, p);
    const bool stream = out.nbytes() >= detail::stream_bytes && a.raw() != y && b.raw() != y;
    detail::stream_for(n, grain, stream, [&](std::int64_t begin, std::int64_t end) {
      loop({1, end - begin, 0, 0, stream}, detail::at(a, whole_a ? begin : 0), detail::at(b, whole_b ? begin : 0),
           detail::at(y, dtype, begin), p);
    });
    return;
  }
  const auto loops = detail::collapse<2>(out.shape(), {detail::broadcast_strides(a.shape(), out.shape()),
                                                       detail::broadcast_strides(b.shape(), out.shape())});
  const auto loop = variants[splat(loops.inner_stride(0) == 0, loops.inner_stride(1) == 0)];
  // The last two axes go to the vector loop, the others to the odometer; one axis never gets here.
  const std::size_t row_axis = loops.rank - 2;
  const std::int64_t inner = loops.inner(), rows = loops.extent[row_axis];
  const std::int64_t a_stride = loops.stride[0][row_axis], b_stride = loops.stride[1][row_axis];
  const std::int64_t all_rows = n / inner;
  const bool stream =
      out.nbytes() >= detail::stream_bytes && inner * static_cast<std::int64_t>(size_of(dtype)) % 64 == 0;
  detail::stream_for(
      all_rows, std::max<std::int64_t>(1, grain / inner), stream, [&](std::int64_t begin, std::int64_t end) {
        detail::Odometer<2> outer(loops, row_axis, begin / rows);
        for (std::int64_t first = begin % rows; begin < end; first = 0, outer.next()) {
          const std::int64_t count = std::min(rows - first, end - begin);
          loop({count, inner, a_stride, b_stride, stream}, detail::at(a, outer.offset(0) + first * a_stride),
               detail::at(b, outer.offset(1) + first * b_stride), detail::at(y, dtype, begin * inner), p);
          begin += count;
        }
      });
}

void where(const Array& condition, const Array& a, const Array& b, Array& out) {
  const DType dtype = out.dtype();
  const auto loop = simd::table().where[static_cast<int>(condition.dtype())][static_cast<int>(dtype)];
  void* y = out.mutable_raw();
  if (out.size() == 0) return;
  const auto loops = detail::collapse<3>(out.shape(), {detail::broadcast_strides(condition.shape(), out.shape()),
                                                       detail::broadcast_strides(a.shape(), out.shape()),
                                                       detail::broadcast_strides(b.shape(), out.shape())});
  const std::int64_t inner = loops.inner();
  // Long rows are cut into pieces, short ones taken several at a time.
  const std::int64_t piece = std::min(inner, cheap_grain);
  const std::int64_t pieces = (inner - 1) / piece + 1;
  parallel_for(out.size() / inner * pieces, std::max<std::int64_t>(1, cheap_grain / piece),
               [&](std::int64_t begin, std::int64_t end) {
                 detail::Odometer<3> outer(loops, loops.rank - 1, begin / pieces);
                 for (std::int64_t i = begin; i < end; ++i) {
                   const std::int64_t first = i % pieces * piece;
                   const auto place = [&](const Array& x, std::size_t k) {
                     return detail::at(x, outer.offset(k) + first * loops.inner_stride(k));
                   };
                   loop(std::min(piece, inner - first), place(condition, 0), loops.inner_stride(0), place(a, 1),
                        loops.inner_stride(1), place(b, 2), loops.inner_stride(2),
                        detail::at(y, dtype, i / pieces * inner + first));
                   if (i % pieces == pieces - 1) outer.next();
                 }
               });
}

void add_in_place(Array& out, const Array& x) {
  void* y = out.mutable_raw();
  const auto loop = simd::table().binary[static_cast<int>(out.dtype())][static_cast<int>(Binary::add)][simd::none];
  if (out.size() <= cheap_grain) return loop({1, out.size(), 0, 0, false}, y, x.raw(), y, 0);
  parallel_for(out.size(), cheap_grain, [&](std::int64_t begin, std::int64_t end) {
    void* place = detail::at(y, out.dtype(), begin);
    loop({1, end - begin, 0, 0, false}, place, detail::at(x, begin), place, 0);
  });
}

void fill(Array& out, Scalar value) {
  void* y = out.mutable_raw();
  const auto typed = [&](auto v) {
    parallel_for(out.size(), cheap_grain, [&](std::int64_t begin, std::int64_t end) {
      std::fill(static_cast<decltype(v)*>(y) + begin, static_cast<decltype(v)*>(y) + end, v);
    });
  };
  if (out.dtype() == DType::float32) return typed(static_cast<float>(value.real()));
  if (out.dtype() == DType::float64) return typed(value.real());
  typed(value.whole("fill"));
}

namespace {

/// The conversion of what an int64 does not hold means nothing.
template <class T>
void check_int64(const Array& x) {
  constexpr T end = static_cast<T>(0x1p63);
  const T* const values = static_cast<const T*>(x.raw());
  std::atomic<std::int64_t> misfit{-1};
  parallel_for(x.size(), cheap_grain, [&](std::int64_t begin, std::int64_t last) {
    bool fits = true;
    for (std::int64_t i = begin; i < last; ++i) fits &= values[i] >= -end && values[i] < end;
    for (std::int64_t i = begin; !fits && i < last; ++i) {
      if (!(values[i] >= -end && values[i] < end)) misfit.store(i, std::memory_order_relaxed);
    }
  });
  if (const std::int64_t i = misfit.load(); i >= 0) {
    throw ValueError("[astype] " + to_string(Scalar(values[i])) +
                     " does not fit int64; clamp the values, or replace them by where");
  }
}

}  // namespace

void cast(const Array& x, Array& out) {
  if (out.dtype() == DType::int64 && x.dtype() == DType::float32) check_int64<float>(x);
  if (out.dtype() == DType::int64 && x.dtype() == DType::float64) check_int64<double>(x);
  void* y = out.mutable_raw();
  const auto loop = simd::table().cast[static_cast<int>(x.dtype())][static_cast<int>(out.dtype())];
  parallel_for(out.size(), cheap_grain, [&](std::int64_t begin, std::int64_t end) {
    loop(end - begin, detail::at(x, begin), detail::at(y, out.dtype(), begin));
  });
}

bool all_finite(const Array& x) {
  if (!is_floating(x.dtype())) return true;
  const auto loop = simd::table().all_finite[static_cast<int>(x.dtype())];
  std::atomic<bool> finite{true};
  parallel_for(x.size(), cheap_grain, [&](std::int64_t begin, std::int64_t end) {
    if (finite.load(std::memory_order_relaxed) && !loop(end - begin, detail::at(x, begin))) {
      finite.store(false, std::memory_order_relaxed);
    }
  });
  return finite.load();
}

}  // namespace xgrad::kernels
