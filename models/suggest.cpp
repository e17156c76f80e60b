// SPDX-License-Identifier: BSD-3-Clause
// Edit distance (optimal string alignment) and what follows from it.
#include <xgrad/models/suggest.h>
#include <algorithm>
#include <numeric>

namespace xgrad::models {

std::size_t edit_distance(const std::string& a, const std::string& b) {
  std::vector<std::size_t> two_up, up(b.size() + 1), row(b.size() + 1);
  std::iota(up.begin(), up.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({up[j] + 1, row[j - 1] + 1, up[j - 1] + (a[i - 1] != b[j - 1])});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], two_up[j - 2] + 1);
    }
    two_up = up;
    up = row;
  }
  return up[b.size()];
}

std::string nearest(const std::string& word, const std::vector<std::string>& known) {
  std::string best;
  std::size_t least = 1 + std::max<std::size_t>(1, word.size() / 3);
  for (const std::string& name : known) {
    if (const std::size_t d = edit_distance(word, name); d < least) least = d, best = name;
  }
  return best;
}

std::string unknown_name(const std::string& kind, const std::string& word, const std::vector<std::string>& known) {
  const std::string message = "unknown " + kind + " \"" + word + "\"";
  if (const std::string best = nearest(word, known); !best.empty()) return message + "; did you mean \"" + best + "\"?";
  std::string all;
  for (const std::string& name : known) all += (all.empty() ? "" : ", ") + name;
  return message + "; there are: " + all;
}

}  // namespace xgrad::models
