// SPDX-License-Identifier: BSD-3-Clause
// The picture of a sweep.
#pragma once

#include <string>
#include <vector>

#include <xgrad/models/gan_mnist/sweep_results.h>

namespace xgrad::gan_mnist {

/// A panel for each figure of the table, as SVG: the figure's mean and 95 % interval at each value of the plan's first
/// axis, a colour for each combination of the others, and dashed the value that real images have. The axis is
/// logarithmic where its values are numbers over a decade or more, and even where they are words.
std::string plot(const SweepPlan& plan, const std::vector<Summary>& summaries);

}  // namespace xgrad::gan_mnist
