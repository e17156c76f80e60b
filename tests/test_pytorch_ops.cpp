// SPDX-License-Identifier: BSD-3-Clause
// Every op against PyTorch: values, gradients, and gradients of gradients in inputs and cotangents, in both precisions.
#include <doctest/doctest.h>

#include <fstream>
#include <functional>
#include <limits>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>

#include <xgrad/autograd/engine.h>
#include <xgrad/autograd/ops.h>

#include "pytorch_fixture.h"

using namespace xgrad;
using xgrad::testing::difference;
using xgrad::testing::PyTorchFixture;
using Attributes = nlohmann::json;

namespace {

/// An op on a sample's inputs; creation ops also need the dtype.
using Call = std::function<Variables(const Variables& x, const Attributes& a, DType dtype)>;

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

Shape shape_of(const Attributes& a) { return Shape(a["shape"].get<std::vector<std::int64_t>>()); }

template <Variable (*f)(const Variable&, const Shape&, std::int64_t, const Variable&)>
Variables add_at_index(const Variables& x, const Attributes& a, DType) {
  return {f(x[0], shape_of(a), a["axis"], x[1])};
}

Conv2dOptions geometry(const Attributes& a) {
  const Conv2dOptions usual;
  return {.stride = a.value("stride", usual.stride),
          .padding = a.value("padding", usual.padding),
          .dilation = a.value("dilation", usual.dilation),
          .groups = a.value("groups", usual.groups)};
}

std::optional<std::int64_t> optional_int(const Attributes& value) {
  return value.is_null() ? std::nullopt : std::optional<std::int64_t>(value.get<std::int64_t>());
}

double bound(const Attributes& value, double unbounded) { return value.is_null() ? unbounded : value.get<double>(); }

DType dtype_named(const std::string& name) {
  for (DType t : {DType::float32, DType::float64}) {
    if (name == name_of(t)) return t;
  }
  return DType::int64;
}

constexpr double infinity = std::numeric_limits<double>::infinity();

using In = const Variables&;
using At = const Attributes&;

const std::map<std::string, Call> calls = {
    // arithmetic.h
    {"add", binary<add>},
    {"sub", binary<sub>},
    {"mul", binary<mul>},
    {"div", binary<div>},
    {"neg", unary<neg>},
    {"affine", [](In x, At a, DType) -> Variables { return {affine(x[0], a["scale"], a["shift"])}; }},
    {"pow",
     [](In x, At a, DType) -> Variables {
       return {x.size() == 2 ? pow(x[0], x[1]) : pow(x[0], a["exponent"].get<double>())};
     }},
    {"reciprocal", unary<reciprocal>},
    {"maximum", binary<maximum>},
    {"minimum", binary<minimum>},
    // compare.h
    {"equal", binary<equal>},
    {"not_equal", binary<not_equal>},
    {"less", binary<less>},
    {"less_equal", binary<less_equal>},
    {"greater", binary<greater>},
    {"greater_equal", binary<greater_equal>},
    {"where", [](In x, At, DType) -> Variables { return {where(x[0], x[1], x[2])}; }},
    // convolution.h
    {"conv2d",
     [](In x, At a, DType) -> Variables {
       return {conv2d(x[0], x[1], x.size() == 3 ? x[2] : Variable(), geometry(a))};
     }},
    {"conv_transpose2d",
     [](In x, At a, DType) -> Variables {
       return {conv_transpose2d(x[0], x[1], x.size() == 3 ? x[2] : Variable(), geometry(a),
                                a.value("output_padding", std::array<std::int64_t, 2>{0, 0}))};
     }},
    {"conv2d_weight",
     [](In x, At a, DType) -> Variables { return {conv2d_weight(x[0], x[1], a["kernel"], geometry(a))}; }},
    // create.h
    {"zeros", [](In, At a, DType dtype) -> Variables { return {zeros(shape_of(a), dtype)}; }},
    {"ones", [](In, At a, DType dtype) -> Variables { return {ones(shape_of(a), dtype)}; }},
    {"full", [](In, At a, DType dtype) -> Variables { return {full(shape_of(a), a["value"], dtype)}; }},
    {"zeros_like", unary<zeros_like>},
    {"ones_like", unary<ones_like>},
    {"arange", [](In, At a, DType dtype) -> Variables { return {arange(a["n"], dtype, a["start"], a["step"])}; }},
    {"tensor",
     [](In, At a, DType dtype) -> Variables {
       if (dtype == DType::float32) return {tensor(a["values"].get<std::vector<float>>(), shape_of(a))};
       return {tensor(a["values"].get<std::vector<double>>(), shape_of(a))};
     }},
    {"one_hot", [](In x, At a, DType dtype) -> Variables { return {one_hot(x[0], a["classes"], dtype)}; }},
    // index.h
    {"gather", read_index<gather>},
    {"scatter_add", add_at_index<scatter_add>},
    {"index_select", read_index<index_select>},
    {"index_add", add_at_index<index_add>},
    // linalg.h
    {"matmul",
     [](In x, At a, DType) -> Variables {
       return {matmul(x[0], x[1], a.value("transpose_a", false), a.value("transpose_b", false))};
     }},
    {"linear", [](In x, At, DType) -> Variables { return {linear(x[0], x[1], x.size() == 3 ? x[2] : Variable())}; }},
    // math.h
    {"square", unary<square>},
    {"exp", unary<exp>},
    {"log", unary<log>},
    {"log1p", unary<log1p>},
    {"expm1", unary<expm1>},
    {"sqrt", unary<sqrt>},
    {"rsqrt", unary<rsqrt>},
    {"sin", unary<sin>},
    {"cos", unary<cos>},
    {"erf", unary<erf>},
    {"abs", unary<abs>},
    {"sign", unary<sign>},
    {"tanh", unary<tanh>},
    {"sigmoid", unary<sigmoid>},
    {"softplus", unary<softplus>},
    {"relu", unary<relu>},
    {"leaky_relu", [](In x, At a, DType) -> Variables { return {leaky_relu(x[0], a["slope"])}; }},
    {"elu", [](In x, At a, DType) -> Variables { return {elu(x[0], a["alpha"])}; }},
    {"gelu", unary<gelu>},
    {"silu", unary<silu>},
    {"clamp",
     [](In x, At a, DType) -> Variables {
       return {clamp(x[0], bound(a["low"], -infinity), bound(a["high"], infinity))};
     }},
    // reduce.h
    {"sum", reduction<sum>},
    {"mean", reduction<mean>},
    {"var",
     [](In x, At a, DType) -> Variables { return {var(x[0], a["axes"].get<Axes>(), a["keepdims"], a["correction"])}; }},
    {"max", reduction<max>},
    {"min", reduction<min>},
    {"logsumexp", reduction<logsumexp>},
    {"softmax", along_axis<softmax>},
    {"log_softmax", along_axis<log_softmax>},
    {"norm",
     [](In x, At a, DType) -> Variables { return {norm(x[0], a["axes"].get<Axes>(), a["keepdims"], a["eps"])}; }},
    {"argmax", along_axis<argmax>},
    {"sum_to", [](In x, At a, DType) -> Variables { return {sum_to(x[0], shape_of(a))}; }},
    // shape.h
    {"reshape",
     [](In x, At a, DType) -> Variables { return {reshape(x[0], a["shape"].get<std::vector<std::int64_t>>())}; }},
    {"permute", [](In x, At a, DType) -> Variables { return {permute(x[0], a["perm"].get<Axes>())}; }},
    {"transpose", [](In x, At a, DType) -> Variables { return {transpose(x[0], a["axis_a"], a["axis_b"])}; }},
    {"squeeze", [](In x, At a, DType) -> Variables { return {squeeze(x[0], a["axes"].get<Axes>())}; }},
    {"unsqueeze", along_axis<unsqueeze>},
    {"expand", [](In x, At a, DType) -> Variables { return {expand(x[0], shape_of(a))}; }},
    {"flatten", [](In x, At a, DType) -> Variables { return {flatten(x[0], a["first"], a["last"])}; }},
    {"slice",
     [](In x, At a, DType) -> Variables {
       return {slice(x[0], a["axis"], optional_int(a["start"]), optional_int(a["stop"]), a["step"])};
     }},
    {"select", [](In x, At a, DType) -> Variables { return {select(x[0], a["axis"], a["index"])}; }},
    {"slice_scatter",
     [](In x, At a, DType) -> Variables {
       return {slice_scatter(x[0], shape_of(a), a["axis"], a["start"], a["step"])};
     }},
    {"pad",
     [](In x, At a, DType) -> Variables {
       return {pad(x[0], a["amounts"].get<std::vector<std::pair<std::int64_t, std::int64_t>>>(), a["value"])};
     }},
    {"concat", joined<concat>},
    {"stack", joined<stack>},
    {"split", [](In x, At a, DType) -> Variables { return split(x[0], a["size"], a["axis"]); }},
    {"astype", [](In x, At a, DType) -> Variables { return {astype(x[0], dtype_named(a["dtype"]))}; }},
    {"clone", unary<clone>},
};

const PyTorchFixture& fixture() {
  static const PyTorchFixture file("ops.safetensors");
  return file;
}

/// Calls `visit` with the first group of `pattern` in each line of a source file that has it.
void for_each_match(const std::string& path, const char* pattern,
                    const std::function<void(const std::string&)>& visit) {
  std::ifstream file(XGRAD_SOURCE_DIR "/autograd/" + path);
  const std::regex expression(pattern);
  std::smatch match;
  for (std::string line; std::getline(file, line);) {
    if (std::regex_search(line, match, expression)) visit(match[1]);
  }
}

/// The functions that the headers in ops.h declare, operators aside.
std::set<std::string> declared_ops() {
  std::set<std::string> names;
  for_each_match("ops.h", R"(<xgrad/autograd/(ops/\w+\.h)>)", [&](const std::string& header) {
    for_each_match(header, R"(^(?:inline )?Variables? (\w+)\()", [&](const std::string& name) { names.insert(name); });
  });
  return names;
}

/// Gradients of outputs that may not depend on any input.
Variables gradients(const Variables& outputs, const Variables& inputs, const Variables& cotangents, bool create_graph) {
  Variables recorded, weights;
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    if (!outputs[i].requires_grad()) continue;
    recorded.push_back(outputs[i]);
    weights.push_back(cotangents[i]);
  }
  if (!recorded.empty()) {
    return grad(recorded, inputs, weights, {.create_graph = create_graph, .materialize_zeros = true});
  }
  Variables none;
  for (const Variable& x : inputs) none.push_back(zeros_like(x));
  return none;
}

/// One sample ("tanh/3") in one precision.
class Sample {
 public:
  Sample(std::string name, DType dtype) : name_(std::move(name)), dtype_(dtype) {}

  void check() {
    const Attributes attributes = Attributes::parse(fixture().metadata.at(name_));
    Variables xs;
    for (std::size_t i = 0; has("x", i); ++i) xs.push_back(leaf("x", i, has("g", i)));
    const Variables ys = calls.at(name_.substr(0, name_.find('/')))(xs, attributes, dtype_);
    std::vector<std::size_t> wanted;
    Variables leaves, us, vs;
    for (std::size_t j = 0; j < ys.size(); ++j) {
      compare("y", j, ys[j]);
      if (has("u", j)) us.push_back(fixture().leaf(key("u", j), ys[j].dtype(), true));
    }
    CHECK_FALSE(has("y", ys.size()));
    for (std::size_t i = 0; i < xs.size(); ++i) {
      if (!has("g", i)) continue;
      wanted.push_back(i);
      leaves.push_back(xs[i]);
      if (has("v", i)) vs.push_back(leaf("v", i, false));
    }
    if (wanted.empty()) return;

    const Variables gs = gradients(ys, leaves, us, !vs.empty());
    for (std::size_t i = 0; i < wanted.size(); ++i) compare("g", wanted[i], gs[i]);
    if (vs.empty()) return;

    Variables all = leaves;
    all.insert(all.end(), us.begin(), us.end());
    const Variables hs = gradients(gs, all, vs, false);
    for (std::size_t i = 0; i < wanted.size(); ++i) compare("h", wanted[i], hs[i]);
    for (std::size_t j = 0; j < us.size(); ++j) compare("hu", j, hs[wanted.size() + j]);
  }

 private:
  std::string key(const char* kind, std::size_t i) const { return name_ + "/" + kind + std::to_string(i); }
  bool has(const char* kind, std::size_t i) const { return fixture().has(key(kind, i)); }
  Variable leaf(const char* kind, std::size_t i, bool requires_grad) const {
    return fixture().leaf(key(kind, i), dtype_, requires_grad);
  }
  void compare(const char* kind, std::size_t i, const Variable& got) const {
    const Array& wanted = fixture()[key(kind, i)];
    const std::string wrong = difference(got.array(), wanted, xgrad::testing::pytorch_tolerance(dtype_));
    CHECK_MESSAGE(wrong.empty(), key(kind, i), " in ", std::string(name_of(dtype_)), ": ", wrong);
    CHECK_MESSAGE(is_floating(got.dtype()) == is_floating(wanted.dtype()), key(kind, i), " is ",
                  std::string(name_of(got.dtype())));
  }

  std::string name_;
  DType dtype_;
};

void check_all(DType dtype) {
  for (const auto& row : fixture().metadata) {
    const std::string& name = row.first;
    CAPTURE(name);
    CHECK_NOTHROW(Sample(name, dtype).check());
  }
}

}  // namespace

TEST_CASE("every op has PyTorch's numbers to be held against") {
  const std::set<std::string> declared = declared_ops();
  CHECK(declared.size() > 70);
  for (const std::string& op : declared) {
    CHECK_MESSAGE(calls.count(op), op, " has no call in this file");
    CHECK_MESSAGE(fixture().has(op + "/0/y0"), op, " has no sample in make_op_fixtures.py");
  }
  for (const auto& row : calls) CHECK_MESSAGE(declared.count(row.first), row.first, " is not declared by any header");
}

TEST_CASE("ops give PyTorch's values and derivatives of both orders in float64") { check_all(DType::float64); }

TEST_CASE("ops give PyTorch's values and derivatives of both orders in float32") { check_all(DType::float32); }
