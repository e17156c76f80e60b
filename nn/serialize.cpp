// SPDX-License-Identifier: BSD-3-Clause
// Weights to and from safetensors.
#include <xgrad/nn/safetensors.h>
#include <xgrad/nn/serialize.h>

namespace xgrad::nn {

void save(const Module& module, const std::string& path) {
  // "pt" says that names and layouts are PyTorch's, as its own tools write it.
  save_safetensors(path, module.state_dict(), {{"format", "pt"}});
}

LoadReport load(Module& module, const std::string& path, bool strict) {
  return module.load_state_dict(load_safetensors(path).tensors, strict);
}

}  // namespace xgrad::nn
