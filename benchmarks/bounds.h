// SPDX-License-Identifier: BSD-3-Clause
// What the machine allows: the matrix products of a step done by BLAS alone, and the bandwidth of its memory.
#pragma once

#include "workloads.h"

namespace bench {

/// Times OpenBLAS, on its own threads, at the matrix products of one step and nothing else. They are recorded from the
/// step itself, so that they are the ones it does; operands lie in memory made before, an address of the step's to a
/// block, so that they are as near in the caches as in the step. A convolution counts as its product over the columns
/// of the whole batch, which are there already. Adds "gflop_per_step" and "products" to the record.
Record measure_products(const Workload<Variable>& workload, const Options& options);

/// x = y + s z, of three arrays of 16 Mi floats (STREAM's triad), written past the caches. Adds "gb_per_s", 12 bytes an
/// element.
Record measure_triad(const Options& options);

}  // namespace bench
