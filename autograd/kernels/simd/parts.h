// SPDX-License-Identifier: BSD-3-Clause
// The functions that fill one instruction set's table, a file of this folder each.
#pragma once

#include <xgrad/autograd/kernels/simd/table.h>

namespace xgrad::kernels::simd::XGRAD_ISA {

void add_elementwise(Table& t);
void add_reduce(Table& t);
void add_columns(Table& t);
void add_normalize(Table& t);
void add_optimizer(Table& t);
void add_random(Table& t);
void add_product(Table& t);

}  // namespace xgrad::kernels::simd::XGRAD_ISA
