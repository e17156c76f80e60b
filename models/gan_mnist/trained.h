// SPDX-License-Identifier: BSD-3-Clause
// A generator as a run left it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>

#include <xgrad/models/gan_mnist/settings.h>
#include <xgrad/nn/module.h>

namespace xgrad::gan_mnist {

struct Trained {
  Settings settings;
  models::Preset preset = {};  ///< with what the settings change about it
  const models::NetworkSpec* network = nullptr;
  std::shared_ptr<nn::Module> generator = {};  ///< the preset's sampler
  models::SampleFormat format = {};            ///< of what it was trained on
  std::int64_t classes = 0;                    ///< of the labels that the generator is told; 0: none
  std::int64_t steps = 0;                      ///< rounds done
  std::filesystem::path checkpoint = {};       ///< where the generator was read
};

/// Reads a run's settings and its newest or its best checkpoint. @throws UsageError, FormatError, IoError
Trained load_trained(const std::filesystem::path& run, bool best = false);

}  // namespace xgrad::gan_mnist
