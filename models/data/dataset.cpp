// SPDX-License-Identifier: BSD-3-Clause
// Datasets: where they lie, and that their files belong together.
#include <algorithm>
#include <array>
#include <cstdlib>
#include <optional>
#include <utility>

#include <xgrad/models/data/dataset.h>
#include <xgrad/models/data/idx.h>
#include <xgrad/models/data/sha256.h>
#include <xgrad/nn/file.h>

namespace xgrad::models {

namespace fs = std::filesystem;

namespace {

/// The file of that name, plain or gzip, under its usual spellings.
std::optional<fs::path> find_file(const fs::path& folder, const std::string& split, const std::string& kind) {
  for (const char* dot : {"-", "."}) {  // some mirrors write train-images.idx3-ubyte
    for (const char* suffix : {"", ".gz"}) {
      const fs::path path = folder / (split + "-" + kind.substr(0, 6) + dot + kind.substr(7) + suffix);
      std::error_code ignored;
      if (fs::is_regular_file(path, ignored)) return path;
    }
  }
  return std::nullopt;
}

/// Files that belong together, as far as they are there.
struct SplitFiles {
  std::optional<fs::path> images;
  std::optional<fs::path> labels;
  bool any() const { return images || labels; }
  bool whole() const { return images && labels; }
};

SplitFiles find_split(const fs::path& folder, const std::string& split) {
  return {find_file(folder, split, "images-idx3-ubyte"), find_file(folder, split, "labels-idx1-ubyte")};
}

/// Also where half of them is missing, which is worth a message of its own.
bool has_data(const fs::path& folder) { return find_split(folder, "train").any() || find_split(folder, "t10k").any(); }

/// The folder a name stands for.
fs::path find_folder(const std::string& name) {
  if (name == "fashion") {
    const fs::path folder = "/usr/share/datasets/fashion-mnist";
    if (!has_data(folder)) {
      throw DataMissing("Fashion-MNIST is not in " + folder.string() +
                        "; get it with: apt-get install dataset-fashion-mnist");
    }
    return folder;
  }
  if (name == "mnist") {
    const char* variable = std::getenv("XGRAD_MNIST_DIR");
    std::vector<fs::path> folders;
    if (variable != nullptr && *variable != '\0') {
      folders.emplace_back(variable);  // what is asked for is not silently replaced by something else
    } else {
      folders = {"data/mnist", "/usr/share/datasets/mnist", "/usr/local/share/datasets/mnist"};
      if (const char* home = std::getenv("HOME")) folders.push_back(fs::path(home) / ".local/share/datasets/mnist");
    }
    std::string searched;
    for (const fs::path& folder : folders) {
      if (has_data(folder)) return folder;
      searched += (searched.empty() ? "" : ", ") + folder.string();
    }
    throw DataMissing("the MNIST digits are not in " + searched +
                      "; put their four IDX files (train-images-idx3-ubyte.gz, ...) into a folder and say: export "
                      "XGRAD_MNIST_DIR=FOLDER, or take --data fashion");
  }
  if (!has_data(name)) {
    std::error_code ignored;
    throw DataMissing((fs::is_directory(name, ignored)
                           ? "the folder " + name +
                                 " holds neither train-* nor t10k-* IDX files (images-idx3-ubyte[.gz] and "
                                 "labels-idx1-ubyte[.gz])"
                           : "'" + name + "' is neither fashion, mnist nor a folder with IDX files") +
                      "; get Fashion-MNIST with: apt-get install dataset-fashion-mnist");
  }
  return name;
}

IdxArray read_idx(const fs::path& path, int rank, std::vector<DataFile>& files) {
  const std::string bytes = nn::read_file(path);
  IdxArray array = parse_idx(bytes, rank, path);
  files.push_back({path, sha256(bytes)});
  return array;
}

}  // namespace

std::int64_t ImageDataset::classes() const {
  const auto largest = std::max_element(labels.begin(), labels.end());
  return largest == labels.end() ? 0 : std::int64_t{*largest} + 1;
}

void ImageDataset::read(std::int64_t i, PixelRange range, float* to) const {
  const std::array<float, 256>& values = pixel_values(range);
  const std::int64_t pixels = height * width;
  const std::uint8_t* from = images.data() + i * pixels;
  for (std::int64_t p = 0; p < pixels; ++p) to[p] = values[from[p]];
}

std::string ImageDataset::describe() const {
  return std::to_string(size) + " images of " + std::to_string(height) + "x" + std::to_string(width);
}

bool has_dataset(const std::string& name) try {
  const fs::path folder = find_folder(name);
  return find_split(folder, "train").whole() || find_split(folder, "t10k").whole();
} catch (const DataMissing&) {
  return false;
}

ImageDataset load_dataset(const std::string& name, Split split) {
  const fs::path folder = find_folder(name);
  ImageDataset data;
  data.split = split == Split::train && find_split(folder, "train").any() ? "train" : "t10k";
  const auto [images_file, labels_file] = find_split(folder, data.split);
  if (!images_file && !labels_file) {
    throw DataMissing(folder.string() + " has no t10k-* files, which are needed for testing");
  }
  if (!labels_file) {
    throw DataMissing("the labels of " + images_file->string() + " are missing: put " + data.split +
                      "-labels-idx1-ubyte[.gz], a label for each image, beside it");
  }
  if (!images_file) {
    throw DataMissing("the images of " + labels_file->string() + " are missing: put " + data.split +
                      "-images-idx3-ubyte[.gz] beside it");
  }
  const bool known = name == "fashion" || name == "mnist";
  data.name = known ? name : fs::weakly_canonical(folder).filename().string();

  IdxArray images = read_idx(*images_file, 3, data.files);
  IdxArray labels = read_idx(*labels_file, 1, data.files);
  data.size = images.extents[0];
  data.height = images.extents[1];
  data.width = images.extents[2];
  if (labels.extents[0] != data.size) {
    throw FormatError(labels_file->string() + ": " + std::to_string(labels.extents[0]) + " labels, but " +
                      images_file->string() + " has " + std::to_string(data.size) + " images");
  }
  if (data.size == 0) throw FormatError(images_file->string() + ": there are no images in it");
  if (images.values.empty()) {
    throw FormatError(images_file->string() + ": its images of " + std::to_string(data.height) + "x" +
                      std::to_string(data.width) + " pixels have none");
  }
  data.images = std::move(images.values);
  data.labels = std::move(labels.values);
  return data;
}

}  // namespace xgrad::models
