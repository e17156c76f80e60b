// SPDX-License-Identifier: BSD-3-Clause
// A small hash map from nodes to numbers: open addressing, memory kept between uses. Internal to the engine.
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

namespace xgrad::detail {

class Node;

class NodeIndex {
 public:
  static constexpr std::uint32_t none = 0xffffffff;

  void clear() noexcept {
    if (table_.size() > 4096 && 16 * size_ < table_.size()) {
      *this = {};  // a giant sweep must not make every later small one pay for its table
    } else if (size_ > 0) {
      std::fill(table_.begin(), table_.end(), Entry{});
    }
    size_ = 0;
  }

  std::uint32_t find(const Node* node) const noexcept {
    if (table_.empty()) return none;
    for (std::size_t i = home(node);; i = next(i)) {
      if (table_[i].node == node) return table_[i].number;
      if (table_[i].node == nullptr) return none;
    }
  }

  /// The number of `node`, which becomes `number` if it had none; and whether it had none.
  std::pair<std::uint32_t, bool> find_or_add(const Node* node, std::uint32_t number) {
    if (2 * (size_ + 1) > table_.size()) grow();
    for (std::size_t i = home(node);; i = next(i)) {
      if (table_[i].node == node) return {table_[i].number, false};
      if (table_[i].node == nullptr) {
        table_[i] = {node, number};
        ++size_;
        return {number, true};
      }
    }
  }

 private:
  struct Entry {
    const Node* node = nullptr;
    std::uint32_t number = 0;
  };

  // Fibonacci hashing of the address, whose low six bits are alike for all pooled nodes.
  std::size_t home(const Node* node) const noexcept {
    return static_cast<std::size_t>(((reinterpret_cast<std::uintptr_t>(node) >> 6) * 0x9E3779B97F4A7C15u) >> shift_);
  }
  std::size_t next(std::size_t i) const noexcept { return (i + 1) & (table_.size() - 1); }

  void grow() {
    std::vector<Entry> old = std::move(table_);
    table_.assign(old.empty() ? 64 : 2 * old.size(), Entry{});
    shift_ = old.empty() ? 58 : shift_ - 1;
    size_ = 0;
    for (const Entry& e : old) {
      if (e.node != nullptr) find_or_add(e.node, e.number);
    }
  }

  std::vector<Entry> table_;
  std::size_t size_ = 0;
  int shift_ = 58;
};

}  // namespace xgrad::detail
