// SPDX-License-Identifier: BSD-3-Clause
// Workloads of any size, to show that cost grows as the work does.
#pragma once

#include "workloads.h"

namespace bench {

/// By name, made for a size:
///   scaling_batch    a step of gan_mlp's kind on batches of n
///   scaling_depth    loss and gradients of an MLP of n layers of width 128
///   scaling_chain    n ops on one element and their sweep
///   scaling_order    a penalty on derivatives up to order n of an MLP's output by its input, and its gradients
std::vector<std::string> scaling_names();

/// Fewer steps than workloads of one size take. Adds "base_rss_mb", the memory before the workload was made.
Record measure_scaling(const Options& options);

}  // namespace bench
