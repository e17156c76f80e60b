// SPDX-License-Identifier: BSD-3-Clause
// Rebuilding a generator from a run folder.
#include <nlohmann/json.hpp>

#include <xgrad/models/gan_mnist/exit_code.h>
#include <xgrad/models/gan_mnist/trained.h>
#include <xgrad/models/run/checkpoint.h>

namespace xgrad::gan_mnist {

using namespace xgrad::models;

Trained load_trained(const std::filesystem::path& run) {
  if (!std::filesystem::exists(run / "config.toml")) throw UsageError("there is no run in " + run.string());
  Trained trained{.settings = read_settings(run / "config.toml")};
  const auto latest = latest_checkpoint(run / "checkpoints");
  if (!latest) throw FormatError("the run " + run.string() + " has no checkpoint");
  const Checkpoint checkpoint = load_checkpoint(latest->string());
  trained.checkpoint = *latest;
  trained.steps = checkpoint.step;
  const Preset& preset = find_preset(trained.settings.preset);
  trained.network = &find_network(trained.settings.net.value_or(preset.network));
  try {
    const auto image = nlohmann::json::parse(checkpoint.state).at("image");
    Generator unused;
    trained.generator =
        make_networks(*trained.network, image.at(0), image.at(1), allowed_mixing(preset.penalty), unused).generator;
  } catch (const nlohmann::json::exception& e) {
    throw FormatError(latest->string() + ": the state lacks the size of the images: " + e.what());
  }
  trained.generator->load_state_dict(checkpoint.section("sample"));
  return trained;
}

}  // namespace xgrad::gan_mnist
