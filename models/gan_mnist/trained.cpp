// SPDX-License-Identifier: BSD-3-Clause
// Rebuilding a generator from a run folder.
#include <algorithm>
#include <cstdint>
#include <string>

#include <nlohmann/json.hpp>

#include <xgrad/models/gan_mnist/exit_code.h>
#include <xgrad/models/gan_mnist/trained.h>
#include <xgrad/models/run/checkpoint.h>

namespace xgrad::gan_mnist {

using namespace xgrad::models;

namespace {

// What the run was trained on.
ImageSize image_size(const Checkpoint& checkpoint) {
  constexpr std::int64_t longest = 1024;  // networks are made for this size before their weights are seen
  constexpr std::int64_t most_classes = 256;
  ImageSize size;
  try {
    const auto image = nlohmann::json::parse(checkpoint.state).at("image");
    size = {.height = image.at(0), .width = image.at(1), .classes = image.at(2)};
  } catch (const nlohmann::json::exception& e) {
    throw FormatError(std::string("its state lacks the size of the images: ") + e.what());
  }
  const auto [height, width, classes] = size;
  if (std::min(height, width) < 1 || std::max(height, width) > longest || classes < 0 || classes > most_classes) {
    throw FormatError("images of " + std::to_string(height) + " x " + std::to_string(width) + " in " +
                      std::to_string(classes) + " classes are out of range");
  }
  return size;
}

}  // namespace

Trained load_trained(const std::filesystem::path& run) {
  if (!std::filesystem::exists(run / "config.toml")) throw UsageError("there is no run in " + run.string());
  Trained trained{.settings = read_settings(run / "config.toml")};
  const auto latest = latest_checkpoint(run / "checkpoints");
  if (!latest) throw FormatError("the run " + run.string() + " has no checkpoint");
  trained.checkpoint = *latest;
  const Preset preset = overridden_preset(trained.settings);
  trained.network = &find_network(preset.network);
  use_checkpoint(latest->string(), [&](const Checkpoint& checkpoint) {
    trained.steps = checkpoint.step;
    const ImageSize image = image_size(checkpoint);
    if (preset.labels != Labels::none) trained.classes = image.classes;
    Generator unused;
    trained.generator = make_networks(preset, image, unused).generator;
    trained.generator->load_state_dict(checkpoint.section("sample"));
  });
  return trained;
}

}  // namespace xgrad::gan_mnist
