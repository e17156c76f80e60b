// SPDX-License-Identifier: BSD-3-Clause
// One seed gives one network, in whichever order a compiler evaluates arguments.
#include <xgrad/nn/nn.h>

#include "case.h"

using namespace xgrad;

namespace {

const cases::Case here("one_seed_one_network", [] {
  manual_seed(1);
  nn::Sequential net(nn::Linear(2, 3), nn::Tanh(), nn::Linear(3, 1));
  manual_seed(1);
  nn::Sequential same{nn::Linear(2, 3), nn::Tanh(), nn::Linear(3, 1)};
  const auto equal_everywhere = [](const Variables& a, const Variables& b) {
    bool all = a.size() == b.size();
    for (std::size_t i = 0; all && i < a.size(); ++i) all = sum(not_equal(a[i], b[i])).item() == 0;
    return all;
  };
  std::cout << (equal_everywhere(net.parameters(), same.parameters()) ? "equal" : "different") << "\n";
});

}  // namespace
