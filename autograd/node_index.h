// SPDX-License-Identifier: BSD-3-Clause
// Numbers nodes in the order in which they are found, and finds the numbers again. Internal to the engine.
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include <xgrad/autograd/node.h>

namespace xgrad::detail {

/// A hash table by creation number, whose neighbours stay neighbours: a sweep meets nodes nearly in the order in which
/// they were made, so that a giant one walks through the table instead of jumping about in it. Memory is kept between
/// uses.
class NodeIndex {
 public:
  static constexpr std::uint32_t none = 0xffffffff;

  void clear() noexcept {
    if (table_.size() > 4096 && 16 * nodes_.size() < table_.size()) {
      *this = {};  // a giant sweep must not make every later small one pay for its table
    } else if (!nodes_.empty()) {
      std::fill(table_.begin(), table_.end(), none);
      nodes_.clear();
    }
  }

  std::uint32_t size() const noexcept { return static_cast<std::uint32_t>(nodes_.size()); }
  Node* operator[](std::uint32_t number) const noexcept { return nodes_[number]; }

  std::uint32_t find(const Node* node) const noexcept { return table_.empty() ? none : table_[place(node)]; }

  /// The number of `node`, and whether it was not known before.
  std::pair<std::uint32_t, bool> find_or_add(Node* node) {
    if (2 * (nodes_.size() + 1) > table_.size()) grow();
    std::uint32_t& number = table_[place(node)];
    if (number != none) return {number, false};
    nodes_.push_back(node);
    return {number = size() - 1, true};
  }

 private:
  static constexpr int run_bits = 4;  // log2 of how many neighbours share a cache line
  static constexpr std::size_t run = std::size_t{1} << run_bits;

  /// Where `node` is, or where it would be put.
  std::size_t place(const Node* node) const noexcept {
    const std::uint64_t s = node->sequence();
    // Fibonacci hashing of the run.
    std::size_t i = (((s >> run_bits) * 0x9E3779B97F4A7C15u) >> shift_) * run + s % run;
    // A step of a run and one entry, so that two full runs at one place do not probe each other's whole length.
    while (table_[i] != none && nodes_[table_[i]] != node) i = (i + run + 1) & (table_.size() - 1);
    return i;
  }

  void grow() {
    const std::size_t size = table_.empty() ? 64 : 2 * table_.size();
    table_.assign(size, none);
    shift_ = 64;
    for (std::size_t n = size / run; n > 1; n /= 2) --shift_;
    for (std::uint32_t n = 0; n < nodes_.size(); ++n) table_[place(nodes_[n])] = n;
  }

  std::vector<std::uint32_t> table_;
  std::vector<Node*> nodes_;
  int shift_ = 64;
};

}  // namespace xgrad::detail
