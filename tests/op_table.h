// SPDX-License-Identifier: BSD-3-Clause
// The op table: one row a public op, with sample inputs and error inputs, and the checks that every row must pass.
#pragma once

#include <concepts>
#include <functional>
#include <string>
#include <typeinfo>
#include <utility>
#include <vector>

#include <xgrad/autograd/error.h>
#include <xgrad/autograd/ops.h>

namespace xgrad::test {

/// An op with fixed attributes, and the inputs to run it on.
struct Sample {
  template <std::invocable<const Variables&> F>
  Sample(F f, Variables in) : inputs(std::move(in)) {
    if constexpr (std::same_as<std::invoke_result_t<F, const Variables&>, Variables>) {
      run = std::move(f);
    } else {
      run = [f = std::move(f)](const Variables& x) { return Variables{f(x)}; };
    }
  }

  std::function<Variables(const Variables&)> run;
  Variables inputs;
};

/// A wrong call; gives "" when it is refused as promised, else what happened.
using ErrorCase = std::function<std::string()>;

/// `call` must throw an E, not a type derived from it, whose message contains `piece`.
template <class E>
ErrorCase throws(std::function<void()> call, std::string piece) {
  return [call = std::move(call), piece = std::move(piece)]() -> std::string {
    try {
      call();
    } catch (const std::exception& e) {
      if (typeid(e) != typeid(E)) return std::string("threw ") + typeid(e).name() + ": " + e.what();
      const bool found = std::string(e.what()).find(piece) != std::string::npos;
      return found ? "" : "the message lacks \"" + piece + "\": " + e.what();
    }
    return "nothing was thrown where \"" + piece + "\" was expected";
  };
}

/// How far its derivatives are checked.
enum class Smoothness {
  constant,   ///< no gradient: the output must not be recorded
  piecewise,  ///< orders 1 and 2, the samples keeping away from the kinks
  smooth      ///< orders 1, 2 and 3
};

struct OpRow {
  std::string name;  ///< as declared in autograd/ops
  Smoothness smoothness;
  std::vector<Sample> samples;
  std::vector<ErrorCase> errors;
  double eps = 1e-6;  ///< step of the central differences; large where a linear op rounds to float32
};
using OpRows = std::vector<OpRow>;

/// Rows of each header in autograd/ops.
OpRows arithmetic_rows();
OpRows compare_rows();
OpRows convolution_rows();
OpRows create_rows();
OpRows decompose_rows();
OpRows einsum_rows();
OpRows index_rows();
OpRows linalg_rows();
OpRows math_rows();
OpRows order_rows();
OpRows pool_rows();
OpRows reduce_rows();
OpRows resize_rows();
OpRows scan_rows();
OpRows shape_rows();
OpRows slice_rows();
OpRows op_table();

/// Names of the functions that a header text declares with a result of the library's types: Variable, Variables, or a
/// struct of several.
std::vector<std::string> declared_ops(const std::string& header);
/// The same of all headers in autograd/ops.
std::vector<std::string> declared_ops();
/// Declared names that the table lacks.
std::vector<std::string> without_row(const std::vector<std::string>& declared, const OpRows& table);

/// Everything that is wrong with an op, one line each: derivatives up to `max_order` against central differences,
/// shapes of gradients, float32 against float64, error inputs.
std::vector<std::string> faults(const OpRow& row, int max_order = 3);

// --- inputs: float64, requiring gradients, exact in float32, the same at every call ---------------------------------

using MakeInput = std::function<Variable(const Shape& shape)>;

/// Uniform in [low, high).
Variable uniform_in(const Shape& shape, double low, double high, std::uint64_t seed = 1);
/// k/2 + offset for shuffled consecutive integers k around 0: no two closer than 1/2.
Variable grid(const Shape& shape, double offset, std::uint64_t seed = 1);
/// int64 values, requiring no gradient.
Variable integers(const std::vector<std::int64_t>& values, const Shape& shape);

/// A row for f(x) over the usual shapes: (), (0), (0, 3), (1), (3, 4) and rank 6.
OpRow unary_row(const std::string& name, Variable (*f)(const Variable&), Smoothness smoothness, const MakeInput& input,
                ErrorCase error);
/// Samples of f(a, b) over pairs of shapes that broadcast.
std::vector<Sample> binary_samples(const std::function<Variable(const Variable&, const Variable&)>& f,
                                   const MakeInput& a, const MakeInput& b);

/// Refusals that many ops share.
ErrorCase refuses_int64(const std::string& name, const std::function<Variable(const Variable&)>& f);
ErrorCase refuses_undefined(const std::string& name, const std::function<Variable(const Variable&)>& f);
ErrorCase refuses_misfits(const std::string& name, const std::function<Variable(const Variable&, const Variable&)>& f);

}  // namespace xgrad::test
