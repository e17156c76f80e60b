// SPDX-License-Identifier: BSD-3-Clause
// Batches, in the order of a permutation drawn each epoch.
#include <algorithm>
#include <cstddef>
#include <numeric>
#include <string>
#include <utility>

#include <xgrad/autograd/error.h>
#include <xgrad/autograd/kernels/philox.h>
#include <xgrad/models/data/loader.h>

namespace xgrad::models {

DataLoader::DataLoader(std::shared_ptr<const Dataset> data, const LoaderOptions& options, const Generator& generator)
    : data_(std::move(data)), format_(data_->format()), options_(options), generator_(generator) {
  if (options.batch_size < 1) {
    throw ValueError("[DataLoader] batch size " + std::to_string(options.batch_size) + " is not positive");
  }
  if (batches_per_epoch() < 1) {
    throw ValueError("[DataLoader] a batch of " + std::to_string(options.batch_size) + " does not fit the " +
                     std::to_string(data_->size) + " samples of " + data_->name + "; take a smaller batch");
  }
  order_ = Array(Shape{data_->size}, DType::int64);
  draw_order();
}

std::int64_t DataLoader::batches_per_epoch() const noexcept {
  const std::int64_t whole = data_->size / options_.batch_size;
  return options_.drop_last || data_->size % options_.batch_size == 0 ? whole : whole + 1;
}

bool DataLoader::exhausted() const noexcept {
  const std::int64_t left = data_->size - state_.cursor;
  return left < (options_.drop_last ? options_.batch_size : 1);
}

void DataLoader::draw_order() {
  state_.generator = generator_.state();
  if (options_.shuffle) {
    kernels::permutation(generator_.take(data_->size, DType::int64), order_);
  } else {
    std::int64_t* order = order_.mutable_data<std::int64_t>();
    std::iota(order, order + data_->size, std::int64_t{0});
  }
}

Batch DataLoader::next() {
  if (exhausted()) {
    state_ = {{}, state_.epoch + 1, 0};
    draw_order();
  }
  const std::int64_t n = std::min(options_.batch_size, data_->size - state_.cursor);
  Shape shape = options_.layout == PixelLayout::flat ? Shape{format_.elements()} : format_.shape();
  shape.insert(0, n);
  Batch batch{Array(shape), Array(Shape{n}, DType::int64)};
  const std::int64_t* order = order_.data<std::int64_t>() + state_.cursor;
  float* sample = batch.samples.mutable_data<float>();
  std::int64_t* label = batch.labels.mutable_data<std::int64_t>();
  for (std::int64_t i = 0; i < n; ++i) {
    data_->read(order[i], options_.range, sample);
    sample += format_.elements();
    label[i] = data_->label(order[i]);
  }
  state_.cursor += n;
  return batch;
}

void DataLoader::set_state(const State& state) {
  if (state.epoch < 0 || state.cursor < 0 || state.cursor > data_->size) {
    throw ValueError("[DataLoader] epoch " + std::to_string(state.epoch) + ", sample " + std::to_string(state.cursor) +
                     " is no place in a dataset of " + std::to_string(data_->size) +
                     " samples; was the run begun with other data?");
  }
  generator_.set_state(state.generator);
  draw_order();
  state_ = state;
}

}  // namespace xgrad::models
