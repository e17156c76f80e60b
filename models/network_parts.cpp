// SPDX-License-Identifier: BSD-3-Clause
// Labels enter at the input of G and at the input or the output of D.
#include <xgrad/models/network_parts.h>

#include <xgrad/autograd/error.h>
#include <xgrad/nn/linear.h>

namespace xgrad::models {

Quarter quarter_of(const SampleFormat& image, const std::string& network) {
  if (image.height % 4 == 0 && image.width % 4 == 0) return {image.height / 4, image.width / 4};
  throw ValueError("[" + network + "] images of " + std::to_string(image.height) + "x" + std::to_string(image.width) +
                   " cannot be halved twice; use another network");
}

std::shared_ptr<nn::Module> generator_of(std::shared_ptr<nn::Sequential> net, const NetworkOptions& options) {
  if (options.labels == Labels::none) return net;
  return std::make_shared<ConcatCondition>(std::move(net));
}

std::shared_ptr<nn::Module> discriminator_of(std::shared_ptr<nn::Sequential> features, std::int64_t width,
                                             const NetworkOptions& options, const LayerMaker& make) {
  std::shared_ptr<nn::Module> score = make(nn::Linear(width, options.outputs, {}, make.random));
  if (options.labels == Labels::projection) {
    const std::int64_t labels = options.pac * options.sample.classes;
    auto embed = make(nn::Linear(labels, width, {.bias = false}, make.random));
    return std::make_shared<ProjectedCondition>(std::move(features), std::move(score), std::move(embed));
  }
  features->append(std::move(score));
  if (options.labels == Labels::none) return features;
  return std::make_shared<ConcatCondition>(std::move(features));
}

}  // namespace xgrad::models
