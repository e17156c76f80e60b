// SPDX-License-Identifier: BSD-3-Clause
// n-grams counted and compared.
#include <xgrad/models/metrics/text_quality.h>

#include <cmath>
#include <map>
#include <string_view>

#include <xgrad/autograd/error.h>

namespace xgrad::models {

namespace {

// Relative frequencies in the first and in the second set.
using Frequencies = std::map<std::u32string_view, std::pair<double, double>>;

void count(Frequencies& all, const std::vector<std::u32string>& texts, std::size_t n,
           double std::pair<double, double>::*set) {
  std::size_t total = 0;
  for (const std::u32string& text : texts) total += text.size() >= n ? text.size() - n + 1 : 0;
  if (n < 1 || total < 1)
    throw ValueError("[ngram_divergence] there are no strings of " + std::to_string(n) + " characters");
  for (const std::u32string& text : texts) {
    for (std::size_t i = 0; i + n <= text.size(); ++i) {
      all[std::u32string_view(text).substr(i, n)].*set += 1.0 / static_cast<double>(total);
    }
  }
}

double log_term(double p, double m) { return p > 0.0 ? p * std::log2(p / m) : 0.0; }

}  // namespace

double ngram_divergence(const std::vector<std::u32string>& a, const std::vector<std::u32string>& b, std::size_t n) {
  Frequencies all;
  count(all, a, n, &std::pair<double, double>::first);
  count(all, b, n, &std::pair<double, double>::second);
  double divergence = 0.0;
  for (const auto& [gram, frequencies] : all) {
    const auto [p, q] = frequencies;
    const double m = 0.5 * (p + q);
    divergence += 0.5 * (log_term(p, m) + log_term(q, m));
  }
  return divergence;
}

std::vector<std::pair<std::string, double>> text_figures(const std::vector<std::u32string>& real,
                                                         const std::vector<std::u32string>& texts) {
  std::vector<std::pair<std::string, double>> all;
  for (std::size_t n = 1; n <= 4; ++n) all.emplace_back("js" + std::to_string(n), ngram_divergence(real, texts, n));
  return all;
}

}  // namespace xgrad::models
