// SPDX-License-Identifier: BSD-3-Clause
// The safetensors format (8-byte header length, JSON header, raw little-endian data): weights in and out, checked.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include <xgrad/autograd/state_dict.h>

namespace xgrad::nn {

/// The content of a safetensors file: arrays in the order of its header, and its `__metadata__`.
struct SafeTensors {
  StateDict tensors;
  std::map<std::string, std::string> metadata;
};

/// Reads F64, F32 and I64 bit for bit, F16 and BF16 widened to float32, integers of 32 bits and fewer and BOOL to
/// int64. Everything the header says is checked against the file's true size before anything is allocated.
/// @throws IoError; FormatError, naming the file, when the content breaks the specification or has another dtype.
SafeTensors load_safetensors(const std::string& path);

/// The same from memory; `name` stands for the file in messages.
SafeTensors parse_safetensors(std::string_view bytes, const std::string& name = "safetensors");

/// Writes atomically (see AtomicFile), data 8-byte aligned.
/// @throws IoError; ValueError for an undefined array, a name that is given twice, reserved or not UTF-8.
void save_safetensors(const std::string& path, const StateDict& tensors,
                      const std::map<std::string, std::string>& metadata = {});

}  // namespace xgrad::nn
