// SPDX-License-Identifier: BSD-3-Clause
// A module's weights to and from one safetensors file, interchangeable with PyTorch.
#pragma once

#include <string>

#include <xgrad/nn/module.h>

namespace xgrad::nn {

/// Writes module.state_dict() atomically. @throws IoError.
void save(const Module& module, const std::string& path);
/// module.load_state_dict of the file's arrays. @throws IoError, FormatError, and as load_state_dict.
LoadReport load(Module& module, const std::string& path, bool strict = true);

}  // namespace xgrad::nn
