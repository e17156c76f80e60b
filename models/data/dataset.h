// SPDX-License-Identifier: BSD-3-Clause
// Datasets: samples by number; and labelled grey images kept as bytes, found by name or folder.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <xgrad/autograd/error.h>
#include <xgrad/models/data/format.h>
#include <xgrad/models/data/pixels.h>

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

/// What a loader makes batches of.
struct Dataset {
  std::string name;             ///< for people and for the names of folders
  std::int64_t size = 0;        ///< how many samples there are
  std::vector<DataFile> files;  ///< of which it was made

  virtual ~Dataset() = default;
  virtual SampleFormat format() const = 0;
  /// Writes the `format().elements()` values of sample i to `to`; the range is that of pixels.
  virtual void read(std::int64_t i, PixelRange range, float* to) const = 0;
  virtual std::int64_t label(std::int64_t) const { return 0; }
  /// How many samples of what, in words.
  virtual std::string describe() const = 0;
};

/// `size` images of height x width bytes, row-major, and as many labels. Its name: "fashion", "mnist" or the folder's.
struct ImageDataset : Dataset {
  std::string split;  ///< "train" or "t10k": which files were read
  std::int64_t height = 0;
  std::int64_t width = 0;
  std::vector<std::uint8_t> images;
  std::vector<std::uint8_t> labels;

  /// One more than the largest label.
  std::int64_t classes() const;
  SampleFormat format() const override { return {.height = height, .width = width, .classes = classes()}; }
  void read(std::int64_t i, PixelRange range, float* to) const override;
  std::int64_t label(std::int64_t i) const override { return labels[static_cast<std::size_t>(i)]; }
  std::string describe() const override;
};

/// train: the training files, or the t10k files where a folder has only those (see ImageDataset::split);
/// test: the t10k files.
enum class Split { train, test };

/// Whether load_dataset finds files by that name.
bool has_dataset(const std::string& name);

/// Reads a dataset of four IDX files ({train,t10k}-images-idx3-ubyte and -labels-idx1-ubyte, plain or .gz).
/// `name`: "fashion" (Debian's dataset-fashion-mnist), "mnist" (the folder in XGRAD_MNIST_DIR, else the customary
/// ones), or a folder.
/// @throws DataMissing; IoError; FormatError for files that break their format or do not belong together.
ImageDataset load_dataset(const std::string& name, Split split = Split::train);

}  // namespace xgrad::models
