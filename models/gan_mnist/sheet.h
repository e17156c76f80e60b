// SPDX-License-Identifier: BSD-3-Clause
// Sheet: the points, and the labels, of which samples to look at are made.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include <xgrad/autograd/random.h>
#include <xgrad/models/data/dataset.h>
#include <xgrad/models/network.h>
#include <xgrad/nn/module.h>

namespace xgrad::gan_mnist {

/// rows x columns points, row by row, with the condition on each when the generator takes one.
struct Sheet {
  std::int64_t rows = 0;
  std::int64_t columns = 0;
  Variable z;
  Variable condition = {};
  Variables real = {};  ///< for a Demonstrator: a batch from each source of data, whole rows of them
};

/// What is to be seen of a generator of `latent` numbers and, told labels, of `classes` classes.
struct SheetOptions {
  std::int64_t number = 64;  ///< of samples; filled up to whole rows where each row has a label
  std::int64_t latent = 100;
  std::int64_t classes = 0;                ///< 0: the generator is told none
  std::optional<std::int64_t> label = {};  ///< of all samples; otherwise each class has a row
  bool interpolate = false;                ///< each row walks from one point to another
};

/// Rows of different labels show the same points, so that a column has one style.
Sheet make_sheet(const SheetOptions& options, Generator& random);

/// Adds rows of `columns` real samples each, `n` of every dataset or a few more, drawn at random, as networks of that
/// row see them; for a Demonstrator. A sheet without points takes that number of columns.
/// @throws ValueError when there are less of them.
void add_real(Sheet& sheet, const std::vector<std::shared_ptr<const models::Dataset>>& data,
              const models::NetworkSpec& network, std::int64_t n, Generator& random);

/// What the sampler makes of the sheet's points and, row under row, of its real samples.
Array draw_sheet(nn::Module& sampler, const Sheet& sheet);

/// n samples at random points, a row (n, elements) each; each of `classes` labels, if the generator is told any,
/// equally often.
Array draw_many(nn::Module& generator, std::int64_t n, std::int64_t latent, std::int64_t classes, Generator& random);

}  // namespace xgrad::gan_mnist
