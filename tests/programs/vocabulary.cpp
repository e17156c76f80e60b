// SPDX-License-Identifier: BSD-3-Clause
// The vocabulary put together, and what it lacks.
#include "vocabulary.h"

#include <algorithm>
#include <iterator>
#include <regex>

namespace xgrad::test {

const Vocabulary& vocabulary() {
  static const Vocabulary all = [] {
    Vocabulary words;
    for (const auto& family : {arithmetic_words, compare_words, convolution_words, create_words, decompose_words,
                               einsum_words, index_words, linalg_words, math_words, order_words, pool_words,
                               reduce_words, resize_words, scan_words, shape_words, slice_words}) {
      std::ranges::move(family(), std::back_inserter(words));
    }
    return words;
  }();
  return all;
}

std::vector<std::string> without_word(const std::vector<std::string>& declared, const Vocabulary& vocabulary) {
  std::vector<std::string> missing;
  std::ranges::copy_if(declared, std::back_inserter(missing), [&](const std::string& name) {
    const std::regex call("\\b" + name + "\\(");
    return std::ranges::none_of(vocabulary,
                                [&](const Operation& o) { return std::regex_search(o.expression.text, call); });
  });
  return missing;
}

}  // namespace xgrad::test
