// SPDX-License-Identifier: BSD-3-Clause
// Every op against PyTorch: values, gradients, and gradients of gradients in inputs and cotangents, in both precisions.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <iterator>

#include <xgrad/autograd/engine.h>
#include <xgrad/autograd/ops.h>

#include "op_table.h"
#include "paths.h"
#include "pytorch_calls.h"
#include "pytorch_fixture.h"

using namespace xgrad;
using xgrad::testing::Attributes;
using xgrad::testing::difference;
using xgrad::testing::pytorch_calls;
using xgrad::testing::PyTorchFixture;

namespace {

/// The samples of all families.
const PyTorchFixture& fixture() {
  static const PyTorchFixture files = [] {
    PyTorchFixture all;
    for (const auto& file : std::filesystem::directory_iterator(tests::source_path("tests/fixtures/ops"))) {
      if (file.path().extension() == ".safetensors") all.read("ops/" + file.path().filename().string());
    }
    return all;
  }();
  return files;
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
    const Variables ys = pytorch_calls().at(name_.substr(0, name_.find('/')))(xs, attributes, dtype_);
    std::vector<std::size_t> wanted;
    Variables leaves, us, vs;
    for (std::size_t j = 0; j < ys.size(); ++j) {
      compare("y", j, ys[j]);
      us.push_back(has("u", j) ? fixture().leaf(key("u", j), ys[j].dtype(), true) : Variable());
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
    std::ranges::copy_if(us, std::back_inserter(all), &Variable::defined);
    const Variables hs = gradients(gs, all, vs, false);
    for (std::size_t i = 0; i < wanted.size(); ++i) compare("h", wanted[i], hs[i]);
    for (std::size_t j = 0, k = wanted.size(); j < us.size(); ++j) {
      if (us[j].defined()) compare("hu", j, hs[k++]);
    }
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
  const std::vector<std::string> declared = test::declared_ops();
  CHECK(declared.size() > 70);
  for (const std::string& op : declared) {
    CHECK_MESSAGE(pytorch_calls().count(op), op, " has no call in tests/pytorch_calls_*.cpp");
    CHECK_MESSAGE(fixture().has(op + "/0/y0"), op, " has no sample in tests/fixtures/ops");
  }
  for (const auto& row : pytorch_calls()) {
    CHECK_MESSAGE(std::ranges::binary_search(declared, row.first), row.first, " is not declared by any header");
  }
}

TEST_CASE("ops give PyTorch's values and derivatives of both orders in float64") { check_all(DType::float64); }

TEST_CASE("ops give PyTorch's values and derivatives of both orders in float32") { check_all(DType::float32); }
