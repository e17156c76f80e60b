// SPDX-License-Identifier: BSD-3-Clause
// Rebuilding a generator from a run folder.
#include <string>

#include <nlohmann/json.hpp>

#include <xgrad/models/gan_mnist/exit_code.h>
#include <xgrad/models/gan_mnist/trained.h>
#include <xgrad/models/make_learner.h>
#include <xgrad/models/run/checkpoint.h>
#include <xgrad/nn/json.h>

namespace xgrad::gan_mnist {

using namespace xgrad::models;

namespace {

// What the run was trained on.
SampleFormat format_of(const Checkpoint& checkpoint) {
  const auto state = nn::detail::parse_json(checkpoint.state);
  const auto format = state.find("format");
  if (format == state.end()) throw FormatError("its state lacks what a sample is");
  return parse_format(nn::detail::write_json(*format));
}

}  // namespace

Trained load_trained(const std::filesystem::path& run, bool best) {
  if (!std::filesystem::exists(run / "config.toml")) throw UsageError("there is no run in " + run.string());
  Trained trained{.settings = read_settings(run / "config.toml")};
  const auto file = best ? best_checkpoint(run / "checkpoints") : latest_checkpoint(run / "checkpoints");
  if (best && !file) throw UsageError("the run " + run.string() + " has kept no best checkpoint: see train --best");
  if (!file) throw FormatError("the run " + run.string() + " has no checkpoint");
  trained.checkpoint = *file;
  trained.preset = overridden_preset(trained.settings);
  const Preset& preset = trained.preset;
  trained.network = &find_network(preset.network);
  use_checkpoint(file->string(), [&](const Checkpoint& checkpoint) {
    trained.steps = checkpoint.step;
    trained.format = format_of(checkpoint);
    if (preset.labels != Labels::none) trained.classes = trained.format.classes;
    trained.generator = make_sampler(preset, trained.format);
    trained.generator->load_state_dict(checkpoint.section("sample"));
  });
  return trained;
}

}  // namespace xgrad::gan_mnist
