// SPDX-License-Identifier: BSD-3-Clause
// The kinds of data: one table of what they are called, what is known by name and how it is read.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <xgrad/models/data/dataset.h>

namespace xgrad::models {

struct DataKindRow {
  std::string name;
  DataKind kind;
  std::vector<std::string> known;  ///< datasets that have a name, the default first
  std::string otherwise;           ///< what else can be read
  std::shared_ptr<const Dataset> (*load)(const std::string& name, Split split);
};

const std::vector<DataKindRow>& data_kinds();
const DataKindRow& row_of(DataKind kind);
/// @throws ValueError with a suggestion for an unknown name.
const DataKindRow& find_kind(const std::string& name);
/// Whether some kind has a dataset of this name.
bool is_known_data(const std::string& name);

/// The dataset of a name, a file or a folder, as that kind of data.
/// @throws ValueError when the name is that of data of another kind; DataMissing, IoError, FormatError
std::shared_ptr<const Dataset> load_data(DataKind kind, const std::string& name, Split split = Split::train);

}  // namespace xgrad::models
