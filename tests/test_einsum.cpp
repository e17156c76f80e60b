// SPDX-License-Identifier: BSD-3-Clause
// Einsum against its definition: a loop over every value of every letter.
#include <doctest/doctest.h>

#include <map>
#include <string>

#include "core_support.h"
#include "tolerance.h"

using namespace xgrad;
using namespace xgrad::test;

namespace {

/// sum over all letters, each running to its extent, of the products of operands, added to its place in the output.
Variable by_definition(const std::vector<std::string>& inputs, const std::string& output, const Variables& operands) {
  std::map<char, std::int64_t> extent, index;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    for (std::size_t k = 0; k < inputs[i].size(); ++k) extent[inputs[i][k]] = operands[i].shape()[k];
  }
  const auto place = [&](const std::string& letters) {
    std::int64_t at = 0;
    for (const char c : letters) at = at * extent[c] + index[c];
    return static_cast<std::size_t>(at);
  };
  Shape shape;
  for (const char c : output) shape.push_back(extent[c]);
  std::vector<double> result(static_cast<std::size_t>(shape.numel()), 0.0);
  std::int64_t total = 1;
  for (const auto& [letter, n] : extent) total *= n;
  for (std::int64_t step = 0; step < total; ++step) {
    std::int64_t rest = step;
    for (const auto& [letter, n] : extent) {
      index[letter] = rest % n;
      rest /= n;
    }
    double product = 1;
    for (std::size_t i = 0; i < inputs.size(); ++i) product *= operands[i].array().data<double>()[place(inputs[i])];
    result[place(output)] += product;
  }
  return constant(result, shape);
}

}  // namespace

TEST_CASE("einsum is the sum over every letter of the products") {
  const std::map<char, std::int64_t> extent = {{'a', 2}, {'b', 3}, {'c', 4}, {'d', 1}, {'e', 5}};
  const std::vector<std::pair<std::vector<std::string>, std::string>> equations = {{{"ab"}, "ba"},
                                                                                   {{"abc"}, "b"},
                                                                                   {{"aa"}, "a"},
                                                                                   {{"aba"}, "b"},
                                                                                   {{"aabb"}, "ab"},
                                                                                   {{"abab"}, "ba"},
                                                                                   {{"aaaa"}, ""},
                                                                                   {{"ab", "bc"}, "ac"},
                                                                                   {{"ba", "bc"}, "ca"},
                                                                                   {{"ab", "cb"}, "ca"},
                                                                                   {{"abc", "abc"}, "abc"},
                                                                                   {{"abc", "cba"}, "b"},
                                                                                   {{"abc", "cde"}, "abde"},
                                                                                   {{"ac", "be"}, "cbea"},
                                                                                   {{"eab", "ecb"}, "eca"},
                                                                                   {{"aab", "bcc"}, "ac"},
                                                                                   {{"ab", "bc", "ca"}, ""},
                                                                                   {{"a", "b", "c"}, "cab"},
                                                                                   {{"ab", "ab", "ab"}, "b"},
                                                                                   {{"abe", "bce", "dc"}, "ad"},
                                                                                   {{"ab", "cd"}, ""},
                                                                                   {{"", "ab", ""}, "ab"}};
  for (const auto& [inputs, output] : equations) {
    std::string equation;
    Variables operands;
    for (const std::string& letters : inputs) {
      Shape shape;
      for (const char c : letters) shape.push_back(extent.at(c));
      equation += (operands.empty() ? "" : ",") + letters;
      operands.push_back(random_leaf(shape, operands.size() + 1));
    }
    equation += "->" + output;
    CAPTURE(equation);
    const Variable wanted = by_definition(inputs, output, operands);
    CHECK(distance(einsum(equation, operands).detach(), wanted) <=
          tolerance::same_formula_float64 * (1 + max(abs(wanted)).item()));
  }
}

TEST_CASE("einsum without an arrow keeps the letters that occur once, in order of the alphabet") {
  const Variable x = random_leaf({2, 3, 4}, 1), m = random_leaf({2, 3}, 2), v = random_leaf({3}, 3);
  CHECK(distance(einsum("bca", {x}), permute(x, {2, 0, 1})) == 0.0);
  CHECK(distance(einsum("bAa", {x}), permute(x, {1, 2, 0})) == 0.0);
  CHECK(distance(einsum("b...a", {x}), permute(x, {1, 2, 0})) == 0.0);
  CHECK(distance(einsum("ij,j", {m, v}), einsum("ij,j->i", {m, v})) == 0.0);
}

TEST_CASE("the ellipsis broadcasts, and is summed when the output lacks it") {
  const Variable x = random_leaf({2, 1, 3, 2}, 1), y = random_leaf({4, 2, 3}, 2);
  CHECK(distance(einsum("...ij,...jk->...ik", {x, y}), matmul(x, y)) <= tolerance::same_formula_float64);
  CHECK(distance(einsum("i...j,jk->...ki", {x, random_leaf({2, 2}, 3)}),
                 permute(matmul(x, random_leaf({2, 2}, 3)), {1, 2, 3, 0})) <= tolerance::same_formula_float64);
  CHECK(distance(einsum("...j->j", {x}), sum(x, {0, 1, 2})) <= tolerance::same_formula_float64);
}
