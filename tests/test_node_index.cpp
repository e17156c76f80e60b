// SPDX-License-Identifier: BSD-3-Clause
// The numbering of a sweep's nodes: dense runs, strides that its hash does not like, a giant's table given up again.
#include <cstdint>
#include <vector>

#include <doctest/doctest.h>

#include <xgrad/autograd/node_index.h>

#include "core_support.h"

using namespace xgrad;
using namespace xgrad::test;

namespace {

/// Leaves whose nodes have ascending creation numbers without a gap.
std::vector<Variable> leaves(std::size_t n) {
  std::vector<Variable> all;
  for (std::size_t i = 0; i < n; ++i) all.push_back(leaf(0.0));
  return all;
}

}  // namespace

TEST_CASE("nodes are numbered in the order in which they are found") {
  const NodesComeBack check;
  const auto all = leaves(4096);
  detail::NodeIndex index;
  CHECK(index.find(detail::Access::node(all[0])) == detail::NodeIndex::none);
  for (const std::size_t stride : {1, 3, 15, 16, 17, 64, 256}) {
    CAPTURE(stride);
    std::uint32_t n = 0;
    for (std::size_t i = all.size(); i >= stride; i -= stride) {
      detail::Node* node = detail::Access::node(all[i - 1]);
      const auto first = index.find_or_add(node), again = index.find_or_add(node);
      REQUIRE((first.first == n && first.second && again.first == n && !again.second));
      ++n;
    }
    REQUIRE(index.size() == n);
    for (std::size_t i = 1; i <= all.size(); ++i) {
      const detail::Node* node = detail::Access::node(all[i - 1]);
      const bool known = (all.size() - i) % stride == 0 && i >= stride;
      const auto expected = static_cast<std::uint32_t>((all.size() - i) / stride);
      REQUIRE(index.find(node) == (known ? expected : detail::NodeIndex::none));
      if (known) REQUIRE(index[expected] == node);
    }
    index.clear();
    REQUIRE(index.size() == 0);
    REQUIRE(index.find(detail::Access::node(all.back())) == detail::NodeIndex::none);
  }
  index.find_or_add(detail::Access::node(all[0]));
  index.clear();  // far smaller than the table: given up
  CHECK(index.find_or_add(detail::Access::node(all[1])).first == 0);
}
