// SPDX-License-Identifier: BSD-3-Clause
// PyTorch's numbers from tests/fixtures, and the comparison with them.
#pragma once

#include <algorithm>
#include <cmath>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include <xgrad/autograd/variable.h>
#include <xgrad/nn/safetensors.h>

#include "paths.h"
#include "tolerance.h"

namespace xgrad::testing {

/// What safetensors files of tests/fixtures hold, by name.
class PyTorchFixture {
 public:
  PyTorchFixture() = default;
  explicit PyTorchFixture(const std::string& file) { read(file); }

  /// Adds what one more file holds.
  void read(const std::string& file) {
    nn::SafeTensors content = nn::load_safetensors(tests::source_path("tests/fixtures/" + file));
    for (auto& [name, array] : content.tensors) arrays_.emplace(name, array);
    metadata.merge(content.metadata);
  }

  bool has(const std::string& name) const { return arrays_.count(name) != 0; }
  /// How many names begin so.
  std::size_t count(const std::string& prefix) const {
    return static_cast<std::size_t>(
        std::ranges::count_if(arrays_, [&](const auto& entry) { return entry.first.starts_with(prefix); }));
  }
  const Array& operator[](const std::string& name) const { return arrays_.at(name); }
  /// A leaf of that dtype, or of int64 when the fixture holds integers.
  Variable leaf(const std::string& name, DType dtype, bool requires_grad) const {
    const Array& array = arrays_.at(name);
    return Variable(is_floating(array.dtype()) ? array.astype(dtype) : array, requires_grad);
  }

  std::map<std::string, std::string> metadata;

 private:
  std::map<std::string, Array> arrays_;
};

/// The tolerance for results computed in that dtype.
inline double pytorch_tolerance(DType dtype) {
  return dtype == DType::float32 ? tolerance::pytorch_float32 : tolerance::pytorch_float64;
}

/// What is wrong with `got`, or nothing. The tolerance is relative to the largest magnitude in `wanted`, and absolute
/// when that is all zeros.
inline std::string difference(const Array& got, const Array& wanted, double relative) {
  if (!(got.shape() == wanted.shape()))
    return "shape " + to_string(got.shape()) + " instead of " + to_string(wanted.shape());
  const std::vector<double> g = got.to_vector<double>(), w = wanted.to_vector<double>();
  double scale = 0;
  for (double value : w) scale = std::max(scale, std::abs(value));
  if (scale == 0) scale = 1;
  for (std::size_t i = 0; i < w.size(); ++i) {
    if (std::abs(g[i] - w[i]) <= relative * scale) continue;  // false for NaN
    std::ostringstream text;
    text.precision(12);
    text << "element " << i << ": " << g[i] << " instead of " << w[i] << ", largest " << scale;
    return text.str();
  }
  return {};
}

}  // namespace xgrad::testing
