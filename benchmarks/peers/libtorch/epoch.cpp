// SPDX-License-Identifier: BSD-3-Clause
// A whole epoch of the MLP GAN in libtorch: the file read and unpacked, shuffled, every batch a step.
#include "epoch.h"

#include <zlib.h>

#include <memory>
#include <stdexcept>

#include "peer.h"

namespace peer {
namespace {

/// (60000, 784) bytes.
Tensor read_images(const char* path) {
  constexpr int header = 16, pixels = bench::image_size;
  const std::unique_ptr<gzFile_s, int (*)(gzFile)> file(gzopen(path, "rb"), gzclose);
  if (!file) throw std::runtime_error(std::string("cannot open ") + path);
  gzbuffer(file.get(), 1 << 20);
  if (gzseek(file.get(), header, SEEK_SET) != header) throw std::runtime_error("the header is cut off");
  Tensor images = torch::empty({static_cast<std::int64_t>(bench::epoch_examples), pixels}, torch::kUInt8);
  const auto bytes = static_cast<unsigned>(images.numel());
  if (gzread(file.get(), images.data_ptr(), bytes) != static_cast<int>(bytes)) throw std::runtime_error("cut off");
  return images;
}

}  // namespace

Workload epoch_gan_mlp() {
  return {[]() -> Tensors {
    const Tensor images = read_images(bench::epoch_images);
    const Tensor order = torch::randperm(images.size(0));
    const auto batch = static_cast<std::int64_t>(bench::batch_size);
    const auto train = gan_training();
    Tensors losses;
    for (std::int64_t first = 0; first + batch <= images.size(0); first += batch) {
      const Tensor bytes = images.index_select(0, order.narrow(0, first, batch));
      losses = train(bytes.to(torch::kFloat32).mul_(2.0 / 255).sub_(1), torch::randn({batch, 100}));
      for (const Tensor& loss : losses) loss.item<double>();  // as a progress line reads them
    }
    return losses;
  }};
}

}  // namespace peer
