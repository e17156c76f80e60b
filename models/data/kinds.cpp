// SPDX-License-Identifier: BSD-3-Clause
// The table of kinds of data.
#include <xgrad/models/data/kinds.h>

#include <algorithm>

#include <xgrad/models/suggest.h>

namespace xgrad::models {

namespace {

std::shared_ptr<const Dataset> load_images(const std::string& name, Split split) {
  return std::make_shared<const ImageDataset>(load_dataset(name, split));
}

bool knows(const DataKindRow& row, const std::string& name) {
  return std::find(row.known.begin(), row.known.end(), name) != row.known.end();
}

}  // namespace

const std::vector<DataKindRow>& data_kinds() {
  static const std::vector<DataKindRow> table = {
      {"images",
       DataKind::images,
       {"fashion", "mnist"},
       "a folder with the four IDX files (plain or .gz)",
       load_images},
  };
  return table;
}

const DataKindRow& row_of(DataKind kind) {
  return *std::find_if(data_kinds().begin(), data_kinds().end(), [&](const auto& row) { return row.kind == kind; });
}

const DataKindRow& find_kind(const std::string& name) { return find_row(data_kinds(), name, "kind of data"); }

bool is_known_data(const std::string& name) {
  return std::any_of(data_kinds().begin(), data_kinds().end(), [&](const auto& row) { return knows(row, name); });
}

std::shared_ptr<const Dataset> load_data(DataKind kind, const std::string& name, Split split) {
  const DataKindRow& wanted = row_of(kind);
  for (const DataKindRow& row : data_kinds()) {
    if (row.kind == kind || !knows(row, name)) continue;
    throw ValueError("\"" + name + "\" are " + row.name + ", but " + wanted.name + " are wanted here: take " +
                     wanted.known.front() + " or " + wanted.otherwise);
  }
  return wanted.load(name, split);
}

}  // namespace xgrad::models
