// SPDX-License-Identifier: BSD-3-Clause
// What the tests of compiled steps share: inputs that differ by call, and comparison to the last bit.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>

#include <xgrad/autograd/ops.h>
#include <xgrad/autograd/random.h>

namespace xgrad::test {

inline bool same_bits(const Array& a, const Array& b) {
  return a.dtype() == b.dtype() && a.shape() == b.shape() && std::memcmp(a.raw(), b.raw(), a.nbytes()) == 0;
}

inline bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// float32 draws that `call` and `stream` name.
inline Variable batch(const Shape& shape, int call, std::uint64_t stream = 0) {
  Generator g = Generator(static_cast<std::uint64_t>(call)).split(stream);
  return normal(shape, 0.0, 1.0, DType::float32, g);
}

/// The same as a leaf that requires a gradient.
inline Variable leaf(const Shape& shape, int seed) { return batch(shape, seed).requires_grad_(); }

}  // namespace xgrad::test
