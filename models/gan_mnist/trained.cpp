// SPDX-License-Identifier: BSD-3-Clause
// Rebuilding a generator from a run folder.
#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

#include <nlohmann/json.hpp>

#include <xgrad/models/gan_mnist/exit_code.h>
#include <xgrad/models/gan_mnist/trained.h>
#include <xgrad/models/run/checkpoint.h>

namespace xgrad::gan_mnist {

using namespace xgrad::models;

namespace {

// Height and width of the images the run was trained on.
std::pair<std::int64_t, std::int64_t> image_size(const Checkpoint& checkpoint) {
  constexpr std::int64_t longest = 1024;  // networks are made for this size before their weights are seen
  std::int64_t height = 0;
  std::int64_t width = 0;
  try {
    const auto image = nlohmann::json::parse(checkpoint.state).at("image");
    height = image.at(0);
    width = image.at(1);
  } catch (const nlohmann::json::exception& e) {
    throw FormatError(std::string("its state lacks the size of the images: ") + e.what());
  }
  if (std::min(height, width) < 1 || std::max(height, width) > longest) {
    throw FormatError("images of " + std::to_string(height) + " x " + std::to_string(width) + " are out of range");
  }
  return {height, width};
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
    const auto [height, width] = image_size(checkpoint);
    Generator unused;
    trained.generator = make_networks(preset, {height, width}, unused).generator;
    trained.generator->load_state_dict(checkpoint.section("sample"));
  });
  return trained;
}

}  // namespace xgrad::gan_mnist
