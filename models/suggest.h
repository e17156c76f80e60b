// SPDX-License-Identifier: BSD-3-Clause
// Suggestions for mistyped names.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <xgrad/autograd/error.h>

namespace xgrad::models {

/// Least number of insertions, deletions, replacements and swaps of neighbours that turn one word into the other.
std::size_t edit_distance(const std::string& a, const std::string& b);

/// The known name that `word` is most likely a misspelling of, or "" when none is near.
std::string nearest(const std::string& word, const std::vector<std::string>& known);

/// "unknown preset \"wgn\"; did you mean \"wgan\"?", or with nothing near the list of all known names.
std::string unknown_name(const std::string& kind, const std::string& word, const std::vector<std::string>& known);

/// The row of a table whose `name` is this. @throws ValueError with a suggestion.
template <class Row>
const Row& find_row(const std::vector<Row>& table, std::string_view name, const std::string& kind) {
  std::vector<std::string> known;
  for (const Row& row : table) {
    if (row.name == name) return row;
    known.push_back(row.name);
  }
  throw ValueError(unknown_name(kind, std::string(name), known));
}

}  // namespace xgrad::models
