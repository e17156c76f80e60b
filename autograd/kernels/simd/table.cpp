// SPDX-License-Identifier: BSD-3-Clause
// One instruction set's table.
#include <xgrad/autograd/kernels/simd/parts.h>
#include <xgrad/autograd/kernels/simd/vec.h>

namespace xgrad::kernels::simd::XGRAD_ISA {

void fill(Table& t) {
  t.lanes = static_cast<int>(width<float>);
  add_elementwise(t);
  add_reduce(t);
  add_columns(t);
  add_normalize(t);
  add_optimizer(t);
  add_random(t);
  add_product(t);
}

}  // namespace xgrad::kernels::simd::XGRAD_ISA
