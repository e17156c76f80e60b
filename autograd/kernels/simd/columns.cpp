// SPDX-License-Identifier: BSD-3-Clause
// What moves images to the columns of a convolution and back: rows packed and added, rows dealt out by stride.
#include <xgrad/autograd/kernels/simd/parts.h>
#include <xgrad/autograd/kernels/simd/vec.h>

namespace xgrad::kernels::simd::XGRAD_ISA {
namespace {

/// f(whole vector at i) and f(part of m elements at i) over a row of n.
template <class T, class Whole, class Part>
void along_row(i64 n, const Whole& whole, const Part& part) {
  i64 i = 0;
  for (; i + width<T> <= n; i += width<T>) whole(i);
  if (i < n) part(i, n - i);
}

template <class T>
void pack(const Patch& p, const void* from_, void* to_) {
  T* to = static_cast<T*>(to_);
  for (i64 k = 0; k < p.planes; ++k) {
    const T* from = static_cast<const T*>(from_) + k * p.plane_stride;
    for (i64 r = 0; r < p.rows; ++r, from += p.row_stride, to += p.n) {
      along_row<T>(
          p.n, [&](i64 i) { store(to + i, load(from + i)); },
          [&](i64 i, i64 m) { store_part(to + i, load_part(from + i, m), m); });
    }
  }
}

template <class T>
void unpack_add(const Patch& p, const void* from_, void* to_) {
  const T* from = static_cast<const T*>(from_);
  for (i64 k = 0; k < p.planes; ++k) {
    T* to = static_cast<T*>(to_) + k * p.plane_stride;
    for (i64 r = 0; r < p.rows; ++r, from += p.n, to += p.row_stride) {
      along_row<T>(
          p.n, [&](i64 i) { store(to + i, load(to + i) + load(from + i)); },
          [&](i64 i, i64 m) { store_part(to + i, load_part(to + i, m) + load_part(from + i, m), m); });
    }
  }
}

/// The even and the odd elements of n pairs.
template <class T>
void split_pairs(i64 n, const T* from, T* even, T* odd) {
  for (i64 i = 0; i < n; ++i) {
    even[i] = from[2 * i];
    odd[i] = from[2 * i + 1];
  }
}
template <class T>
void join_pairs(i64 n, const T* even, const T* odd, T* to) {
  for (i64 i = 0; i < n; ++i) {
    to[2 * i] = even[i];
    to[2 * i + 1] = odd[i];
  }
}

#if defined(__AVX512F__)
void split_pairs(i64 n, const float* from, float* even, float* odd) {
  const __m512i evens = _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
  const __m512i odds = _mm512_add_epi32(evens, _mm512_set1_epi32(1));
  for (i64 i = 0; i < n; i += 16) {
    const i64 m = n - i < 16 ? n - i : 16;
    const __m512 low = _mm512_maskz_loadu_ps(first(m < 8 ? 2 * m : 16), from + 2 * i);
    const __m512 high = _mm512_maskz_loadu_ps(first(m < 8 ? 0 : 2 * m - 16), from + 2 * i + 16);
    _mm512_mask_storeu_ps(even + i, first(m), _mm512_permutex2var_ps(low, evens, high));
    _mm512_mask_storeu_ps(odd + i, first(m), _mm512_permutex2var_ps(low, odds, high));
  }
}
void join_pairs(i64 n, const float* even, const float* odd, float* to) {
  const __m512i low = _mm512_setr_epi32(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
  const __m512i high = _mm512_add_epi32(low, _mm512_set1_epi32(8));
  for (i64 i = 0; i < n; i += 16) {
    const i64 m = n - i < 16 ? n - i : 16;
    const __m512 a = _mm512_maskz_loadu_ps(first(m), even + i);
    const __m512 b = _mm512_maskz_loadu_ps(first(m), odd + i);
    _mm512_mask_storeu_ps(to + 2 * i, first(m < 8 ? 2 * m : 16), _mm512_permutex2var_ps(a, low, b));
    if (m > 8) _mm512_mask_storeu_ps(to + 2 * i + 16, first(2 * m - 16), _mm512_permutex2var_ps(a, high, b));
  }
}
#endif

/// Calls f(first element in the image's row, its place among the phases, elements) for each phase that a row meets.
template <class F>
void each_phase(const Phases& p, const F& f) {
  for (i64 k = 0; k < p.step && k < p.width; ++k) {
    const i64 place = k + p.offset;
    f(k, place % p.step * p.phase_width + place / p.step, (p.width - k - 1) / p.step + 1);
  }
}

template <class T>
void split(const Phases& p, const void* image_, void* phases_) {
  const T* image = static_cast<const T*>(image_);
  T* phases = static_cast<T*>(phases_);
  const i64 length = p.step * p.phase_width;
  const i64 place = p.offset + 1;
  for (i64 r = 0; r < p.rows; ++r, image += p.width, phases += length) {
    if (p.step == 1) {
      T* to = phases + p.offset;
      along_row<T>(
          p.width, [&](i64 i) { store(to + i, load(image + i)); },
          [&](i64 i, i64 m) { store_part(to + i, load_part(image + i, m), m); });
    } else if (p.step == 2) {
      T* first_phase = phases + p.offset % 2 * p.phase_width + p.offset / 2;
      T* second_phase = phases + place % 2 * p.phase_width + place / 2;
      split_pairs(p.width / 2, image, first_phase, second_phase);
      if (p.width % 2 == 1) first_phase[p.width / 2] = image[p.width - 1];
    } else {
      each_phase(p, [&](i64 from, i64 to, i64 n) {
        for (i64 i = 0; i < n; ++i) phases[to + i] = image[from + i * p.step];
      });
    }
  }
}

template <class T>
void join(const Phases& p, const void* phases_, void* image_) {
  const T* phases = static_cast<const T*>(phases_);
  T* image = static_cast<T*>(image_);
  const i64 length = p.step * p.phase_width;
  const i64 place = p.offset + 1;
  for (i64 r = 0; r < p.rows; ++r, image += p.width, phases += length) {
    if (p.step == 1) {
      const T* from = phases + p.offset;
      along_row<T>(
          p.width, [&](i64 i) { store(image + i, load(from + i)); },
          [&](i64 i, i64 m) { store_part(image + i, load_part(from + i, m), m); });
    } else if (p.step == 2) {
      const T* first_phase = phases + p.offset % 2 * p.phase_width + p.offset / 2;
      const T* second_phase = phases + place % 2 * p.phase_width + place / 2;
      join_pairs(p.width / 2, first_phase, second_phase, image);
      if (p.width % 2 == 1) image[p.width - 1] = first_phase[p.width / 2];
    } else {
      each_phase(p, [&](i64 to, i64 from, i64 n) {
        for (i64 i = 0; i < n; ++i) image[to + i * p.step] = phases[from + i];
      });
    }
  }
}

template <class T>
void add_type(Table& t) {
  const int dtype = static_cast<int>(dtype_of<T>);
  t.pack[dtype] = pack<T>;
  t.unpack_add[dtype] = unpack_add<T>;
  t.split[dtype] = split<T>;
  t.join[dtype] = join<T>;
}

}  // namespace

void add_columns(Table& t) {
  add_type<float>(t);
  add_type<double>(t);
}

}  // namespace xgrad::kernels::simd::XGRAD_ISA
