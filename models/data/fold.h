// SPDX-License-Identifier: BSD-3-Clause
// Fold: one of k equal parts of a dataset, held out of training to be compared with what was learnt from the others.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <xgrad/models/data/dataset.h>

namespace xgrad::models {

/// The `index`-th of `count` parts, from 1.
struct Fold {
  int index = 1;
  int count = 2;
};
/// Of "2/5". @throws ValueError for anything else, or fewer than two parts.
Fold parse_fold(const std::string& text);

/// The numbers of the fold's samples, ascending: the parts of one fixed shuffle of 0 .. n - 1, of sizes that differ by
/// one at most. The same n and count give the same parts everywhere. @throws ValueError for fewer samples than parts.
std::vector<std::int64_t> members(const Fold& fold, std::int64_t n);
/// All others, ascending.
std::vector<std::int64_t> others(const Fold& fold, std::int64_t n);

/// The samples of these numbers as a dataset of the same name and format.
std::shared_ptr<const Dataset> part_of(std::shared_ptr<const Dataset> whole, std::vector<std::int64_t> numbers);

}  // namespace xgrad::models
