// SPDX-License-Identifier: BSD-3-Clause
// Samples of a pack lie next to each other in memory already.
#include <xgrad/models/pack.h>

#include <string>

#include <xgrad/autograd/error.h>
#include <xgrad/autograd/naming.h>
#include <xgrad/autograd/ops.h>

namespace xgrad::models {

Variable pack(const Variable& x, std::int64_t m) {
  if (m == 1) return x;
  if (m < 1 || x.rank() < 2 || x.size(0) % m != 0) {
    throw ShapeError("[pack] " + to_string(x.shape()) + " does not divide into packs of " + std::to_string(m) +
                     " samples; take a batch size that is a multiple of it");
  }
  return xgrad::detail::named("pack", [&] {
    Shape packed = x.shape();
    packed[0] = packed[0] / m;
    packed[1] = xgrad::detail::narrow("pack", xgrad::detail::Wide{packed[1]} * m);
    return reshape(x, packed);
  });
}

}  // namespace xgrad::models
