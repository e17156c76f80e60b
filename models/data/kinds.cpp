// SPDX-License-Identifier: BSD-3-Clause
// The table of kinds of data.
#include <xgrad/models/data/kinds.h>

#include <algorithm>
#include <utility>

#include <xgrad/models/data/stacked.h>
#include <xgrad/models/data/text.h>
#include <xgrad/models/data/waves.h>
#include <xgrad/models/suggest.h>

namespace xgrad::models {

namespace {

// In memory that a run shares.
template <class Data>
std::shared_ptr<const Dataset> shared(Data data) {
  return std::make_shared<const Data>(std::move(data));
}

std::shared_ptr<const Dataset> load_images(const std::string& name, Split split) {
  if (!name.starts_with(StackedImages::prefix)) return shared(load_dataset(name, split));
  const std::string base = name.substr(StackedImages::prefix.size());
  return shared(StackedImages(std::make_shared<const ImageDataset>(load_dataset(base, split))));
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
       "a folder with the four IDX files (plain or .gz), or stacked: and any of these",
       load_images},
      {"text",
       DataKind::text,
       {"gpl-3"},
       "a text file",
       [](const std::string& name, Split split) { return shared(load_text(name, split)); }},
      {"waves",
       DataKind::waves,
       {"tones"},
       "a folder of WAV files",
       [](const std::string& name, Split split) { return shared(load_waves(name, split)); }},
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
    throw ValueError("the data \"" + name + "\" are " + row.name + ", and the networks are for " + wanted.name +
                     "; take " + wanted.known.front() + " or " + wanted.otherwise);
  }
  return wanted.load(name, split);
}

}  // namespace xgrad::models
