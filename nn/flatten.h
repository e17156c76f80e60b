// SPDX-License-Identifier: BSD-3-Clause
// Modules that change the shape of a batch.
#pragma once

#include <xgrad/nn/module.h>

namespace xgrad::nn {

/// Merges axes first .. last: (n, c, h, w) -> (n, c h w) by default.
class Flatten : public Module {
 public:
  explicit Flatten(std::int64_t first = 1, std::int64_t last = -1) : first_(first), last_(last) {}
  Variable forward(const Variable& x) override;
  std::string describe() const override;

 private:
  std::int64_t first_;
  std::int64_t last_;
};

/// (n, anything) -> (n, extents...), one extent may be -1.
class Unflatten : public Module {
 public:
  explicit Unflatten(std::vector<std::int64_t> extents) : extents_(std::move(extents)) {}
  Variable forward(const Variable& x) override;
  std::string describe() const override;

 private:
  std::vector<std::int64_t> extents_;
};

}  // namespace xgrad::nn
