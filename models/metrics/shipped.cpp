// SPDX-License-Identifier: BSD-3-Clause
// The classifiers that come with the library.
#include <xgrad/autograd/error.h>
#include <xgrad/models/data/sha256.h>
#include <xgrad/models/metrics/classifier.h>
#include <xgrad/models/metrics/embedded.h>
#include <xgrad/nn/safetensors.h>

namespace xgrad::models {

namespace {

std::string_view weights(const std::string& name) {
  const auto found = detail::embedded_files().find(name);
  if (found == detail::embedded_files().end()) {
    throw ValueError("[metrics] there is no classifier for \"" + name + "\", only for fashion and mnist");
  }
  return found->second;
}

}  // namespace

std::shared_ptr<FeatureClassifier> shipped_classifier(const std::string& name) {
  Generator random(0);
  auto classifier = std::make_shared<FeatureClassifier>(random);
  classifier->load_state_dict(nn::parse_safetensors(weights(name), name).tensors);
  classifier->eval();
  return classifier;
}

std::string shipped_classifier_hash(const std::string& name) { return sha256(weights(name)); }

}  // namespace xgrad::models
