// SPDX-License-Identifier: BSD-3-Clause
// The op table's machinery: sample inputs, the checks of a row, and the reading of headers.
#include "op_table.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <sstream>

#include <xgrad/autograd/engine.h>
#include <xgrad/autograd/gradcheck.h>
#include <xgrad/autograd/random.h>

#include "paths.h"
#include "tolerance.h"

namespace xgrad::test {

OpRows op_table() {
  OpRows table;
  for (const auto& family :
       {arithmetic_rows, compare_rows, convolution_rows, create_rows, decompose_rows, einsum_rows, index_rows,
        linalg_rows, math_rows, order_rows, pool_rows, reduce_rows, resize_rows, scan_rows, shape_rows, slice_rows}) {
    OpRows rows = family();
    std::move(rows.begin(), rows.end(), std::back_inserter(table));
  }
  return table;
}

// --- which ops there are --------------------------------------------------------------------------------------------

std::vector<std::string> declared_ops(const std::string& header) {
  static const std::regex declaration(R"((?:^|\n)(?:inline )?[A-Z]\w* (\w+)\()");
  std::vector<std::string> names;
  for (std::sregex_iterator it(header.begin(), header.end(), declaration), end; it != end; ++it) {
    const std::string name = (*it)[1];
    if (name != "operator") names.push_back(name);
  }
  return names;
}

std::vector<std::string> declared_ops() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(tests::source_path("autograd/ops"))) {
    if (entry.path().extension() != ".h" || entry.path().stem() == "common") continue;
    std::ifstream file(entry.path());
    std::ostringstream text;
    text << file.rdbuf();
    std::ranges::copy(declared_ops(text.str()), std::back_inserter(names));
  }
  std::ranges::sort(names);
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

std::vector<std::string> without_row(const std::vector<std::string>& declared, const OpRows& table) {
  std::vector<std::string> missing;
  for (const std::string& name : declared) {
    if (std::ranges::none_of(table, [&](const OpRow& row) { return row.name == name; })) missing.push_back(name);
  }
  return missing;
}

// --- checks ---------------------------------------------------------------------------------------------------------

namespace {

bool takes_gradient(const Sample& sample) {
  return std::ranges::any_of(sample.inputs, [](const Variable& x) { return x.requires_grad(); });
}

std::string derivative_fault(const Sample& sample, Smoothness smoothness, double eps, int max_order) {
  if (smoothness == Smoothness::constant) {
    for (const Variable& y : sample.run(sample.inputs)) {
      if (y.requires_grad()) return "its output is recorded, although it has no gradient";
    }
    return "";
  }
  if (!takes_gradient(sample)) return "no input requires a gradient";
  const int order = std::min(max_order, smoothness == Smoothness::smooth ? 3 : 2);
  const bool exact = eps > 1e-3;  // then the op rounds to float32
  return gradcheck(sample.run, sample.inputs,
                   {.order = order,
                    .eps = eps,
                    .atol = exact ? tolerance::differences_float32 : tolerance::differences,
                    .rtol = exact ? tolerance::differences_float32 : tolerance::differences})
      .message;
}

/// Outputs, then gradients of <outputs, 1, 2, 1, 2, ...>.
Variables forward_and_gradients(const Sample& sample, DType dtype) {
  Variables inputs;
  for (const Variable& x : sample.inputs) {
    inputs.push_back(is_floating(x.dtype()) ? Variable(x.array().astype(dtype), x.requires_grad()) : x);
  }
  Variables results = sample.run(inputs);
  Variables outputs;
  Variables cotangents;
  for (const Variable& y : results) {
    if (!y.requires_grad()) continue;
    outputs.push_back(y);
    Array weights = Array::full(y.shape(), 1.0, DType::float64);
    for (std::int64_t i = 1; i < y.size(); i += 2) weights.mutable_data<double>()[i] = 2.0;
    cotangents.push_back(Variable(weights.astype(y.dtype())));
  }
  if (outputs.empty()) return results;
  Variables wanted;
  std::ranges::copy_if(inputs, std::back_inserter(wanted), [](const Variable& x) { return x.requires_grad(); });
  std::ranges::copy(grad(outputs, wanted, cotangents, {.materialize_zeros = true}), std::back_inserter(results));
  return results;
}

/// Values and gradients in float32 against those in float64, relative to the largest of each.
std::string precision_fault(const Sample& sample) {
  const Variables wide = forward_and_gradients(sample, DType::float64);
  const Variables narrow = forward_and_gradients(sample, DType::float32);
  for (std::size_t k = 0; k < wide.size(); ++k) {
    if (narrow[k].shape() != wide[k].shape()) return "float32 and float64 give different shapes";
    const auto expected = wide[k].array().to_vector<double>();
    const auto got = narrow[k].array().to_vector<double>();
    double scale = 1.0;
    for (const double e : expected) scale = std::max(scale, std::abs(e));
    for (std::size_t i = 0; i < expected.size(); ++i) {
      if (!(std::abs(got[i] - expected[i]) <= tolerance::float32_against_float64 * scale)) {
        std::ostringstream os;
        os << "float32 gives " << got[i] << ", float64 " << expected[i] << " (result " << k << ", element " << i << ")";
        return os.str();
      }
    }
  }
  return "";
}

}  // namespace

std::vector<std::string> faults(const OpRow& row, int max_order) {
  std::vector<std::string> found;
  const auto note = [&](const std::string& where, const std::string& what) {
    if (!what.empty()) found.push_back("[" + row.name + "] " + where + ": " + what);
  };
  if (row.samples.size() < 6) note("table", "fewer than 6 samples");
  if (row.errors.empty()) note("table", "no error input");
  for (std::size_t i = 0; i < row.samples.size(); ++i) {
    const std::string where = "sample " + std::to_string(i);
    try {
      note(where, derivative_fault(row.samples[i], row.smoothness, row.eps, max_order));
      note(where, precision_fault(row.samples[i]));
    } catch (const std::exception& e) {
      note(where, std::string("threw ") + e.what());
    }
  }
  for (std::size_t i = 0; i < row.errors.size(); ++i) note("error " + std::to_string(i), row.errors[i]());
  return found;
}

// --- inputs ---------------------------------------------------------------------------------------------------------

Variable uniform_in(const Shape& shape, double low, double high, std::uint64_t seed) {
  Generator generator(seed);
  const Variable x = uniform(shape, low, high, DType::float32, generator);
  return Variable(x.array().astype(DType::float64), true);
}

Variable grid(const Shape& shape, double offset, std::uint64_t seed) {
  Generator generator(seed);
  const auto order = permutation(shape.numel(), generator).array().to_vector<double>();
  const auto middle = static_cast<double>(shape.numel() / 2);
  std::vector<double> values;
  for (const double k : order) values.push_back((k - middle) / 2.0 + offset);
  return Variable(Array::from(values, shape), true);
}

Variable integers(const std::vector<std::int64_t>& values, const Shape& shape) { return tensor(values, shape); }

OpRow unary_row(const std::string& name, Variable (*f)(const Variable&), Smoothness smoothness, const MakeInput& input,
                ErrorCase error) {
  OpRow row{name, smoothness, {}, {std::move(error)}};
  for (const Shape& shape : {Shape{}, Shape{0}, Shape{0, 3}, Shape{1}, Shape{3, 4}, Shape{2, 1, 3, 1, 2, 2}}) {
    row.samples.emplace_back([f](const Variables& x) { return f(x[0]); }, Variables{input(shape)});
  }
  return row;
}

std::vector<Sample> binary_samples(const std::function<Variable(const Variable&, const Variable&)>& f,
                                   const MakeInput& a, const MakeInput& b) {
  const std::vector<std::pair<Shape, Shape>> shapes = {
      {{}, {}},
      {{0}, {1}},
      {{0, 3}, {3}},
      {{1}, {2, 2}},
      {{3, 1}, {1, 4}},
      {{2, 3}, {2, 3}},
      {{2, 1, 3, 1, 2, 1}, {3, 2, 1, 2}},
  };
  std::vector<Sample> samples;
  for (const auto& [left, right] : shapes) {
    samples.emplace_back([f](const Variables& x) { return f(x[0], x[1]); }, Variables{a(left), b(right)});
  }
  return samples;
}

// --- refusals -------------------------------------------------------------------------------------------------------

ErrorCase refuses_int64(const std::string& name, const std::function<Variable(const Variable&)>& f) {
  return throws<DTypeError>([f] { f(ones({2}, DType::int64)); }, "[" + name + "] takes float32 or float64, got int64");
}

ErrorCase refuses_undefined(const std::string& name, const std::function<Variable(const Variable&)>& f) {
  return throws<GraphError>([f] { f(Variable()); }, "[" + name + "] input 0 is undefined");
}

ErrorCase refuses_misfits(const std::string& name, const std::function<Variable(const Variable&, const Variable&)>& f) {
  return throws<ShapeError>(
      [f] {
        f(zeros({2, 3}), zeros({2, 4}));
      },
      "[" + name + "] shapes do not broadcast: (2, 3) and (2, 4)");
}

}  // namespace xgrad::test
