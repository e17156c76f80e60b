// SPDX-License-Identifier: BSD-3-Clause
// How the tests call each op on a sample of tests/fixtures/ops: one file of rows a header of autograd/ops.
#pragma once

#include <array>
#include <functional>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <xgrad/autograd/ops.h>

namespace xgrad::testing {

using Attributes = nlohmann::json;
/// An op on a sample's inputs; creation ops also need the dtype.
using Call = std::function<Variables(const Variables& x, const Attributes& a, DType dtype)>;
using Calls = std::map<std::string, Call>;

/// The calls of all families.
inline Calls& pytorch_calls() {
  static Calls calls;
  return calls;
}

/// Adds a family's rows: a file defines one of these and is named nowhere else.
struct PyTorchCalls {
  PyTorchCalls(Calls rows) { pytorch_calls().merge(rows); }
};

// --- rows of the usual kinds -----------------------------------------------------------------------------------------

template <Variable (*f)(const Variable&)>
Variables unary(const Variables& x, const Attributes&, DType) {
  return {f(x[0])};
}

template <Variable (*f)(const Variable&, const Variable&)>
Variables binary(const Variables& x, const Attributes&, DType) {
  return {f(x[0], x[1])};
}

template <Variable (*f)(const Variable&, const Axes&, bool)>
Variables reduction(const Variables& x, const Attributes& a, DType) {
  return {f(x[0], a["axes"].get<Axes>(), a["keepdims"])};
}

template <Variable (*f)(const Variable&, std::int64_t)>
Variables along_axis(const Variables& x, const Attributes& a, DType) {
  return {f(x[0], a["axis"])};
}

template <Variable (*f)(const Variables&, std::int64_t)>
Variables joined(const Variables& x, const Attributes& a, DType) {
  return {f(x, a["axis"])};
}

template <Variable (*f)(const Variable&, std::int64_t, const Variable&)>
Variables read_index(const Variables& x, const Attributes& a, DType) {
  return {f(x[0], a["axis"], x[1])};
}

inline Shape shape_of(const Attributes& a) { return Shape(a["shape"].get<std::vector<std::int64_t>>()); }

template <Variable (*f)(const Variable&, const Shape&, std::int64_t, const Variable&)>
Variables add_at_index(const Variables& x, const Attributes& a, DType) {
  return {f(x[0], shape_of(a), a["axis"], x[1])};
}

using In = const Variables&;
using At = const Attributes&;

}  // namespace xgrad::testing
