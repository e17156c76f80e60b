// SPDX-License-Identifier: BSD-3-Clause
// Packing: the discriminator judges several samples together, so that it sees when they are all alike.
#pragma once

#include <cstdint>

#include <xgrad/autograd/variable.h>

namespace xgrad::models {

/// m consecutive samples as one, side by side along the first axis after the batch: (n, c, ...) -> (n / m, m c, ...)
/// (PacGAN, Lin et al., 2018). @throws ShapeError when n is no multiple of m.
Variable pack(const Variable& x, std::int64_t m);

}  // namespace xgrad::models
