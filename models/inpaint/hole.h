// SPDX-License-Identifier: BSD-3-Clause
// Hole: the part of an image that is to be filled in, and how the rest stays what it is.
#pragma once

#include <xgrad/autograd/variable.h>
#include <xgrad/models/data/format.h>
#include <xgrad/models/data/loader.h>

namespace xgrad::models {

/// 1 inside a square in the middle of an image, 0 outside, of a shape that broadcasts over batches in that layout. The
/// square's sides are that share of the image's, rounded down to whole pixels.
/// @throws ValueError unless 0 < share < 1 and the square has pixels.
Variable centre_hole(const SampleFormat& image, PixelLayout layout, double share, DType dtype = DType::float32);

/// Images with `value` in the hole.
Variable cut_out(const Variable& images, const Variable& hole, double value = 0.0);
/// `filling` inside the hole, `images` outside, bit for bit.
Variable fill_in(const Variable& images, const Variable& filling, const Variable& hole);

/// The weight that each known pixel has in finding what is unknown (Yeh et al., 2017, equation 3): the share of holes
/// among the pixels of the image in the square of `window` x `window` around it; 0 in the hole. As `hole`.
Variable context_weights(const Variable& hole, const SampleFormat& image, std::int64_t window = 7);

}  // namespace xgrad::models
