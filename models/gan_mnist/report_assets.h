// SPDX-License-Identifier: BSD-3-Clause
// What every report.html contains beside its run: the style, and the script that draws charts and turns the slider.
#pragma once

namespace xgrad::gan_mnist {

/// Light or dark as the reader's system is.
extern const char* const report_style;

/// Draws each chart of the element #data into the element #charts, and shows the exhibit that #time names. A chart is
/// {title, log, at?, series: [{label, points: [[step, value], ...], band?}]}: `band` is the half width of a shade about
/// the curve, `at` a value that a dashed line marks.
extern const char* const report_script;

}  // namespace xgrad::gan_mnist
