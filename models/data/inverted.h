// SPDX-License-Identifier: BSD-3-Clause
// Inverted: a dataset's images as negatives, black for white.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include <xgrad/models/data/dataset.h>

namespace xgrad::models {

class Inverted : public Dataset {
 public:
  explicit Inverted(std::shared_ptr<const Dataset> of) : of_(std::move(of)) {
    name = "inverted";
    size = of_->size;
    files = of_->files;
  }

  SampleFormat format() const override { return of_->format(); }
  void read(std::int64_t i, PixelRange range, float* to) const override {
    of_->read(i, range, to);
    const float ends = range == PixelRange::unit ? 1.0f : 0.0f;  // the sum of both ends of the range
    for (float* last = to + format().elements(); to != last; ++to) *to = ends - *to;
  }
  std::int64_t label(std::int64_t i) const override { return of_->label(i); }
  std::string describe() const override { return of_->describe() + ", inverted"; }

 private:
  std::shared_ptr<const Dataset> of_;
};

}  // namespace xgrad::models
