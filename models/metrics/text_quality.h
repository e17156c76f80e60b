// SPDX-License-Identifier: BSD-3-Clause
// Text quality: how far the frequencies of short strings are from those of real text.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace xgrad::models {

/// Jensen-Shannon's divergence (H(m) - (H(p) + H(q)) / 2, m = (p + q) / 2, in bits: 0 of equal distributions, 1 of
/// disjoint ones) of the n-grams in two sets of texts, which do not reach from one text into the next. It falls with
/// the number of texts, so figures compare at equal numbers only (Gulrajani et al., 2017, section 5.5 and their
/// program).
/// @throws ValueError when a set has no n-gram.
double ngram_divergence(const std::vector<std::u32string>& a, const std::vector<std::u32string>& b, std::size_t n);

/// js1 .. js4: the divergences of 1- to 4-grams.
std::vector<std::pair<std::string, double>> text_figures(const std::vector<std::u32string>& real,
                                                         const std::vector<std::u32string>& texts);

}  // namespace xgrad::models
