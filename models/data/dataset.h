// SPDX-License-Identifier: BSD-3-Clause
// Labelled grey images kept as bytes, found by name or folder.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <xgrad/autograd/error.h>

namespace xgrad::models {

/// The data asked for is not on this machine; the message ends with the line that gets it.
class DataMissing : public Error {
 public:
  using Error::Error;
};

/// A file a dataset was read from.
struct DataFile {
  std::filesystem::path path;
  std::string sha256;
};

/// n images of height x width bytes, row-major, and n labels.
struct ImageDataset {
  std::string name;   ///< "fashion", "mnist" or the folder's name
  std::string split;  ///< "train" or "t10k": which files were read
  std::int64_t size = 0;
  std::int64_t height = 0;
  std::int64_t width = 0;
  std::vector<std::uint8_t> images;
  std::vector<std::uint8_t> labels;
  std::vector<DataFile> files;

  /// One more than the largest label.
  std::int64_t classes() const;
};

/// train: the training files, or the t10k files where a folder has only those (see ImageDataset::split);
/// test: the t10k files.
enum class Split { train, test };

/// Reads a dataset of four IDX files ({train,t10k}-images-idx3-ubyte and -labels-idx1-ubyte, plain or .gz).
/// `name`: "fashion" (Debian's dataset-fashion-mnist), "mnist" (the folder in XGRAD_MNIST_DIR, else the customary
/// ones), or a folder.
/// @throws DataMissing; IoError; FormatError for files that break their format or do not belong together.
ImageDataset load_dataset(const std::string& name, Split split = Split::train);

}  // namespace xgrad::models
