// SPDX-License-Identifier: BSD-3-Clause
// Settings: what determines a run, as flags, as config.toml and as the plan that follows from them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include <xgrad/models/command_line/number.h>
#include <xgrad/models/data/kinds.h>
#include <xgrad/models/network.h>
#include <xgrad/models/preset.h>

namespace CLI {
class App;
}

namespace xgrad::gan_mnist {

/// The epochs of a run that only its time ends.
inline constexpr std::int64_t endless_epochs = 1000000;

/// Unset values are the preset's, unset data those that its networks are commonly trained on.
struct Settings {
  std::string preset = "r1";
  std::optional<std::string> data = {};
  std::optional<std::string> from = {};
  std::optional<std::string> net = {};
  std::optional<std::int64_t> epochs = {};
  std::optional<std::int64_t> steps = {};
  std::optional<std::int64_t> batch_size = {};
  std::optional<double> lr = {};
  std::optional<double> d_rate = {};
  std::optional<double> lambda = {};
  std::optional<int> penalty_every = {};
  std::optional<double> noise = {};
  std::optional<std::int64_t> noise_rounds = {};
  std::optional<int> n_critic = {};
  std::optional<int> accumulate = {};
  std::optional<int> paired_rounds = {};
  std::optional<int> standard_rounds = {};
  std::optional<std::string> labels = {};
  std::optional<std::int64_t> pac = {};
  std::optional<double> average = {};
  std::uint64_t seed = 1;
  std::int64_t sample_every = 0;
  std::int64_t save_every = 0;
  std::int64_t log_every = 50;
  std::int64_t eval_every = 0;
  std::optional<std::string> best = {};
  std::optional<std::string> hold_out = {};
  std::optional<int> threads = {};
};

/// Calls f(name, member, help, domain) for every setting: the one list behind flags, file and help.
template <class S, class F>
void for_each_setting(S& s, F&& f) {
  using command_line::above;
  using command_line::at_least;
  constexpr command_line::Domain any;
  constexpr command_line::Domain pool{.least = 1, .below = 1025};  // threads that there may be
  constexpr command_line::Domain decay{.least = 0, .below = 1};
  f("preset", s.preset, "Kind of GAN; `gan_mnist info --presets` lists them", any);
  f("data", s.data,
    "What to learn from: fashion, mnist or a folder with the four IDX files (plain or .gz); for networks of text gpl-3 "
    "or "
    "a text file; for those of waves tones or a folder of WAV files",
    any);
  f("from", s.from, "What to translate into the data: inverted (those data as negatives), or data as of --data", any);
  f("net", s.net, "Networks; `gan_mnist info --presets` lists them too", any);
  f("epochs", s.epochs, "Passes over the data", at_least(1));
  f("steps", s.steps, "Rounds instead of epochs: D's updates and one of G each", at_least(1));
  f("batch-size", s.batch_size, "Images in a batch", at_least(1));
  f("lr", s.lr, "Learning rate of both players", above(0));
  f("d-rate", s.d_rate, "D's learning rate as a multiple of that: two time scales", above(0));
  f("lambda", s.lambda,
    "Weight of the preset's penalty, pairing or main term; a penalty's negative one rewards steepness", any);
  f("penalty-every", s.penalty_every, "Lazy penalty: paid in each n-th update only, n times as much", at_least(1));
  f("noise", s.noise, "Instance noise: how far all that D sees is shaken at first, a standard deviation; 0: not at all",
    at_least(0));
  f("noise-rounds", s.noise_rounds, "Rounds until the instance noise has faded", at_least(1));
  f("n-critic", s.n_critic, "Updates of D for one of G", at_least(1));
  f("accumulate", s.accumulate, "Batches to an update, averaged: large batches in little memory; 0: an epoch's",
    at_least(0));
  f("paired-rounds", s.paired_rounds, "Rounds with the preset's pairing before rounds without", at_least(1));
  f("standard-rounds", s.standard_rounds, "Rounds without the preset's pairing before rounds with it", at_least(0));
  f("labels", s.labels, "How the players are told labels: none, concat or projection", any);
  f("pac", s.pac, "Images that D judges together (PacGAN); divides the batch size", at_least(1));
  f("average", s.average, "Decay of the moving average of G that draws the samples; 0: G itself draws them", decay);
  f("seed", s.seed, "Names the random numbers; the same seed gives the same run", any);
  f("sample-every", s.sample_every, "Rounds between samples to look at; 0: an epoch", at_least(0));
  f("save-every", s.save_every, "Rounds between checkpoints; 0: an epoch", at_least(0));
  f("log-every", s.log_every, "Rounds between lines of metrics.jsonl", at_least(1));
  f("eval-every", s.eval_every, "Rounds between evaluations on held-out images; 0: an epoch, -1: none", at_least(-1));
  f("best", s.best,
    "Keep the checkpoint that an evaluation found best by: fid, mmd2, precision, coverage, ...; or none", any);
  f("hold-out", s.hold_out,
    "Train without a fold: 2/5 leaves out the second fifth of a fixed shuffle, and eval uses it", any);
  f("threads", s.threads, "Threads of kernels and matrix products; by default all cores", pool);
}

/// Adds a flag for every setting.
void add_flags(CLI::App& command, Settings& settings);

/// Fills the settings that the command, which has their flags, was not given from a flat TOML file.
/// @throws ValueError naming file and line for what is no TOML, an unknown key (with a suggestion) or a wrong value.
void read_config(const CLI::App& command, Settings& settings, const std::filesystem::path& file);
/// The settings of a file alone. @throws as read_config
Settings read_settings(const std::filesystem::path& file);

/// The TOML text that read_config reads back, unset values left out.
std::string to_toml(const Settings& settings);

/// What is to be run: the preset with all overrides, and lengths counted in rounds.
struct Plan {
  models::Preset preset;
  const models::NetworkSpec* network = nullptr;
  std::int64_t rounds = 0;
  std::int64_t rounds_per_epoch = 0;
  std::int64_t sample_every = 0;
  std::int64_t save_every = 0;
  std::int64_t eval_every = 0;  ///< 0: never
};

/// The preset with what the settings change about it. @throws UsageError or ValueError for an unknown name, a value out
/// of its domain, or one that the preset cannot use.
models::Preset overridden_preset(const Settings& settings);

/// The data that the settings name, or the default of the preset's kind.
std::string data_of(const Settings& settings);
/// @throws as load_data.
std::shared_ptr<const models::Dataset> load_data(const Settings& settings, models::Split split = models::Split::train);
/// What the run has not seen: the fold that was held out, else the test samples. @throws as load_data.
std::shared_ptr<const models::Dataset> load_unseen(const Settings& settings);

/// What is to be translated into the data: without a setting digits into garments where the former are installed, else
/// the data's own negatives. Empty for presets that do not translate.
std::string from_of(const Settings& settings);
/// Null for presets that do not translate. @throws as load_data, and UsageError when it is of another format than
/// `data`.
std::shared_ptr<const models::Dataset> load_from(const Settings& settings,
                                                 const std::shared_ptr<const models::Dataset>& data);
/// The sources of a run in the order in which a Demonstrator takes them.
std::vector<std::shared_ptr<const models::Dataset>> sources_of(std::shared_ptr<const models::Dataset> data,
                                                               std::shared_ptr<const models::Dataset> from);

/// @throws UsageError or ValueError for an unknown name, a value out of its domain, or one that the preset cannot use.
Plan make_plan(const Settings& settings, std::int64_t dataset_size);
/// The same settings with everything that was left to the preset written out.
Settings spell_out(Settings settings, const Plan& plan);

}  // namespace xgrad::gan_mnist
