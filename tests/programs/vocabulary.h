// SPDX-License-Identifier: BSD-3-Clause
// The vocabulary of random programs: one row a way to call an op, domains kept by composition (log(square(x) + 0.5)).
#pragma once

#include <string>
#include <vector>

#include "program.h"

namespace xgrad::test {

/// Rows of each header in autograd/ops.
Vocabulary arithmetic_words();
Vocabulary compare_words();
Vocabulary convolution_words();
Vocabulary create_words();
Vocabulary decompose_words();
Vocabulary einsum_words();
Vocabulary index_words();
Vocabulary linalg_words();
Vocabulary math_words();
Vocabulary order_words();
Vocabulary pool_words();
Vocabulary reduce_words();
Vocabulary resize_words();
Vocabulary scan_words();
Vocabulary shape_words();
Vocabulary slice_words();
/// All of them; programs keep pointers to its rows.
const Vocabulary& vocabulary();

/// Declared ops that no row calls.
std::vector<std::string> without_word(const std::vector<std::string>& declared, const Vocabulary& vocabulary);

}  // namespace xgrad::test
