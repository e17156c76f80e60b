// SPDX-License-Identifier: BSD-3-Clause
// What the epochs of xgrad and its peers have in common: whose data, how many.
#pragma once

#include "harness.h"

namespace bench {

/// A step is a whole epoch: few are timed, and none runs before.
inline constexpr Effort one_epoch{.warm_up_steps = 1, .warm_up_ms = 0, .timed_steps = 1};

/// Fashion-MNIST's training images, gzip IDX, as Debian's package dataset-fashion-mnist installs them.
inline constexpr const char* epoch_images = "/usr/share/datasets/fashion-mnist/train-images-idx3-ubyte.gz";
inline constexpr std::size_t epoch_examples = 60000;

}  // namespace bench
