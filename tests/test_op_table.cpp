// SPDX-License-Identifier: BSD-3-Clause
// Every public op against its row of the op table, and wrong ops that the table must catch.
#include <algorithm>

#include <doctest/doctest.h>

#include <xgrad/autograd/op.h>
#include <xgrad/autograd/ops/common.h>

#include "op_table.h"

using namespace xgrad;
using namespace xgrad::test;

TEST_CASE("every op passes its row: derivatives, dtypes, shapes, error inputs") {
  for (const OpRow& row : op_table()) {
    for (const std::string& fault : faults(row)) FAIL_CHECK(fault);
  }
}

TEST_CASE("every declared op has a row, and every row is of a declared op") {
  const auto declared = declared_ops();
  CHECK(declared.size() > 60);
  for (const std::string& name : without_row(declared, op_table())) FAIL_CHECK(name, " has no row in the op table");
  for (const OpRow& row : op_table()) {
    CAPTURE(row.name);
    CHECK(std::ranges::count(declared, row.name) == 1);
  }
}

TEST_CASE("a new op without a row is noticed") {
  const std::string header =
      "/// Sums.\nVariable sum(const Variable& x);\nVariable novel(const Variable& x,\n    int n);\n"
      "inline Variable brief(const Variable& x) { return x; }\nVariables several(const Variable& x);\n"
      "template <class T>\nVariable generic(const std::vector<T>& v);\n"
      "inline Variable operator+(const Variable& a, const Variable& b) { return add(a, b); }\n";
  const auto declared = declared_ops(header);
  CHECK(declared == std::vector<std::string>{"sum", "novel", "brief", "several", "generic"});
  CHECK(without_row(declared, op_table()) == std::vector<std::string>{"novel", "brief", "several", "generic"});
}

namespace {

/// x^2 whose rule is off by one per cent.
Variable scaled_rule(const Variable& x) {
  static constexpr OpDef<> op{
      .name = "scaled_rule",
      .infer = infer::same,
      .run = run::unary<kernels::Unary::square>,
      .uses = {uses::input(0)},
      .rule = [](const Op<>& op, const Variable& g, std::size_t) { return g * (op.input(0) * 2.0) * 1.01; }};
  return apply(op, x);
}

/// x^2 whose rule is right but cuts the graph.
Variable cutting_rule(const Variable& x) {
  static constexpr OpDef<> op{
      .name = "cutting_rule",
      .infer = infer::same,
      .run = run::unary<kernels::Unary::square>,
      .uses = {uses::input(0)},
      .rule = [](const Op<>& op, const Variable& g, std::size_t) { return g * (op.input(0).detach() * 2.0); }};
  return apply(op, x);
}

/// x^2 whose rule cuts the incoming gradient off.
Variable cutting_cotangent(const Variable& x) {
  static constexpr OpDef<> op{
      .name = "cutting_cotangent",
      .infer = infer::same,
      .run = run::unary<kernels::Unary::square>,
      .uses = {uses::input(0)},
      .rule = [](const Op<>& op, const Variable& g, std::size_t) { return g.detach() * (op.input(0) * 2.0); }};
  return apply(op, x);
}

OpRow seeded(const std::string& name, Variable (*f)(const Variable&)) {
  return unary_row(
      name, f, Smoothness::smooth, [](const Shape& s) { return uniform_in(s, -2.0, 2.0); }, refuses_undefined(name, f));
}

/// Fails unless all faults found are wrong derivatives of the given order, on every sample that has elements.
void check_caught(const OpRow& row, const std::string& order) {
  const auto found = faults(row);
  CHECK(found.size() == 4);
  for (const std::string& fault : found) {
    CAPTURE(fault);
    CHECK(fault.find("[gradcheck] " + order + ": ") != std::string::npos);
  }
}

}  // namespace

TEST_CASE("a rule scaled by 1.01 is caught at order 1") { check_caught(seeded("scaled_rule", scaled_rule), "order 1"); }

TEST_CASE("a rule that cuts the graph passes order 1 and is caught at order 2") {
  for (const OpRow& row : {seeded("cutting_rule", cutting_rule), seeded("cutting_cotangent", cutting_cotangent)}) {
    CHECK(faults(row, 1).empty());
    check_caught(row, "order 2");
  }
}

TEST_CASE("wrong refusals and thin rows are caught") {
  OpRow row = seeded("square", square);
  CHECK(faults(row).empty());
  row.samples.pop_back();
  row.errors = {throws<ShapeError>([] { square(Variable()); }, "[square]"),
                throws<GraphError>([] { square(Variable()); }, "another message"),
                throws<GraphError>([] { square(ones({2})); }, "[square]")};
  const auto found = faults(row);
  REQUIRE(found.size() == 4);
  CHECK(found[0] == "[square] table: fewer than 6 samples");
  CHECK(found[1].find("error 0: threw ") != std::string::npos);
  CHECK(found[2].find("error 1: the message lacks \"another message\"") != std::string::npos);
  CHECK(found[3].find("error 2: nothing was thrown") != std::string::npos);
}
