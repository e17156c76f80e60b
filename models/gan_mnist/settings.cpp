// SPDX-License-Identifier: BSD-3-Clause
// Flags, config.toml and the plan.
#include <algorithm>
#include <limits>

#include <CLI/CLI.hpp>

#include <xgrad/autograd/parallel.h>
#include <xgrad/models/command_line/settings.h>
#include <xgrad/models/data/fold.h>
#include <xgrad/models/data/inverted.h>
#include <xgrad/models/data/stacked.h>
#include <xgrad/models/gan_mnist/exit_code.h>
#include <xgrad/models/gan_mnist/settings.h>
#include <xgrad/models/suggest.h>

namespace xgrad::gan_mnist {

namespace {

constexpr const char* inverted = "inverted";
void require(bool ok, const char* flag, std::int64_t value, const char* domain) {
  if (!ok) throw UsageError(std::string("--") + flag + " is " + std::to_string(value) + ", but must be " + domain);
}

// A file stays the same one wherever the run is resumed from.
std::string absolute_data(const std::string& data) {
  if (models::is_known_data(data)) return data;
  const std::string prefix(models::StackedImages::prefix);
  if (data.starts_with(prefix)) return prefix + absolute_data(data.substr(prefix.size()));
  return std::filesystem::absolute(data).lexically_normal().string();
}

models::DataKind kind_of(const Settings& s) { return models::find_network(overridden_preset(s).network).kind; }

}  // namespace

void add_flags(CLI::App& command, Settings& settings) {
  command_line::add_settings(command, settings);
  command.get_option("--steps")->excludes("--epochs");
}

void read_config(const CLI::App& command, Settings& settings, const std::filesystem::path& file) {
  const auto is_length = [](const std::string& name) { return name == "steps" || name == "epochs"; };
  command_line::read_settings(settings, file, [&](const std::string& name) {
    // A flag goes before the file, and one length before the other.
    return command.count("--" + name) + (is_length(name) ? command.count("--steps") + command.count("--epochs") : 0) >
           0;
  });
  if (settings.steps && settings.epochs) {
    throw UsageError("config " + file.string() + ": steps and epochs are two lengths; it may have one of them");
  }
}

Settings read_settings(const std::filesystem::path& file) {
  Settings settings;
  CLI::App nothing_given;
  Settings unused;
  add_flags(nothing_given, unused);
  read_config(nothing_given, settings, file);
  return settings;
}

std::string to_toml(const Settings& settings) {
  return command_line::settings_to_toml(settings, "gan_mnist train --config FILE repeats this run.");
}

models::Preset overridden_preset(const Settings& s) {
  models::Preset preset = models::find_preset(s.preset);
  const auto take = [](const auto& setting, auto& value) {
    if (setting) value = *setting;
  };
  take(s.net, preset.network);
  models::find_network(preset.network);
  take(s.batch_size, preset.batch_size);
  take(s.lr, preset.optimizer.lr);
  take(s.d_rate, preset.d_rate);
  take(s.n_critic, preset.schedule.d_steps);
  take(s.accumulate, preset.schedule.accumulate);
  if (s.labels) preset.labels = models::find_row(models::labels_table(), *s.labels, "way of telling labels").value;
  take(s.pac, preset.pac);
  take(s.average, preset.average);
  take(s.epochs, preset.epochs);
  const auto refuse = [&](bool given, const char* what) {
    if (given) throw UsageError(std::string(what) + ", and preset \"" + preset.name + "\" has none");
  };
  if (preset.pairing) {
    take(s.lambda, preset.pairing->weight);
    take(s.paired_rounds, preset.schedule.phases.paired);
    take(s.standard_rounds, preset.schedule.phases.standard);
  } else {
    refuse(s.paired_rounds.has_value(), "--paired-rounds counts rounds with a pairing");
    refuse(s.standard_rounds.has_value(), "--standard-rounds counts rounds between those with a pairing");
  }
  double* const weight = models::main_weight(preset.family);
  if (weight) take(s.lambda, *weight);
  if (!std::holds_alternative<models::Gan>(preset.family)) {
    const auto of_gan = [&](const auto& setting, const char* flag) {
      refuse(setting.has_value(), (std::string(flag) + " is of a generator against a discriminator").c_str());
    };
    of_gan(s.d_rate, "--d-rate");
    of_gan(s.n_critic, "--n-critic");
    of_gan(s.accumulate, "--accumulate");
    of_gan(s.labels, "--labels");
    of_gan(s.pac, "--pac");
    of_gan(s.noise, "--noise");
  }
  if (!models::translates(preset.family)) refuse(s.from.has_value(), "--from names what is to be translated");
  if (preset.penalty) {
    take(s.lambda, preset.penalty->weight);
    take(s.penalty_every, preset.penalty->every);
  } else {
    refuse(s.lambda && !preset.pairing && !weight, "--lambda weighs a penalty, a pairing or a family's main term");
    refuse(s.penalty_every.has_value(), "--penalty-every spaces out a penalty");
  }
  if (s.noise && *s.noise == 0.0) preset.instance_noise.reset();
  if (s.noise && *s.noise != 0.0) {
    if (!preset.instance_noise) preset.instance_noise.emplace();
    preset.instance_noise->sd = *s.noise;
  }
  if (preset.instance_noise) {
    take(s.noise_rounds, preset.instance_noise->rounds);
  } else {
    refuse(s.noise_rounds.has_value(), "--noise-rounds counts rounds with instance noise");
  }
  if (const std::int64_t rest = preset.batch_size % preset.pac; rest != 0) {
    const std::int64_t below = preset.batch_size - rest;
    const std::string down = below > 0 ? std::to_string(below) + " or " : "";
    throw UsageError("--pac " + std::to_string(preset.pac) + " does not divide batches of " +
                     std::to_string(preset.batch_size) + "; take --batch-size " + down +
                     std::to_string(below + preset.pac));
  }
  return preset;
}

std::string data_of(const Settings& s) { return s.data.value_or(models::row_of(kind_of(s)).known.front()); }

std::shared_ptr<const models::Dataset> load_data(const Settings& s, models::Split split) {
  const std::string name = data_of(s);
  const auto data = models::load_data(kind_of(s), name, split);
  if (!s.hold_out || split == models::Split::test) return data;
  return models::part_of(data, models::others(models::parse_fold(*s.hold_out), data->size));
}

std::shared_ptr<const models::Dataset> load_unseen(const Settings& s) {
  if (!s.hold_out) return load_data(s, models::Split::test);
  const auto data = models::load_data(kind_of(s), data_of(s));
  return models::part_of(data, models::members(models::parse_fold(*s.hold_out), data->size));
}

std::string from_of(const Settings& s) {
  if (!models::translates(overridden_preset(s).family)) return {};
  if (s.from) return *s.from == inverted ? *s.from : absolute_data(*s.from);
  return data_of(s) == "fashion" && models::has_dataset("mnist") ? "mnist" : inverted;
}

std::shared_ptr<const models::Dataset> load_from(const Settings& s,
                                                 const std::shared_ptr<const models::Dataset>& data) {
  const std::string name = from_of(s);
  if (name.empty()) return nullptr;
  if (name == inverted) return std::make_shared<const models::Inverted>(data);
  auto from = models::load_data(kind_of(s), name);
  if (from->format().shape() != data->format().shape()) {
    throw UsageError("--from gives samples of shape " + to_string(from->format().shape()) + ", and --data of " +
                     to_string(data->format().shape()));
  }
  return from;
}

std::vector<std::shared_ptr<const models::Dataset>> sources_of(std::shared_ptr<const models::Dataset> data,
                                                               std::shared_ptr<const models::Dataset> from) {
  if (from) return {std::move(from), std::move(data)};
  return {std::move(data)};
}

Plan make_plan(const Settings& s, std::int64_t dataset_size) {
  Plan plan{.preset = overridden_preset(s)};
  models::Preset& preset = plan.preset;
  plan.network = &models::find_network(preset.network);
  require(preset.batch_size <= dataset_size, "batch-size", preset.batch_size, "no more than there are samples");
  const auto require_writable = [](const char* flag, const std::string& text) {
    try {
      command_line::to_toml(text);
    } catch (const ValueError& e) {
      throw UsageError(std::string("--") + flag + ": " + e.what() +
                       " into the run's config.toml; rename it, or link to it");
    }
  };
  require_writable("data", absolute_data(data_of(s)));
  require_writable("from", from_of(s));

  const std::int64_t batches = dataset_size / preset.batch_size;
  if (preset.schedule.accumulate == models::whole_epoch) {
    preset.schedule.accumulate = std::max(1, static_cast<int>(batches / preset.schedule.d_steps));
  }
  const std::int64_t batches_per_round = std::int64_t{preset.schedule.d_steps} * preset.schedule.accumulate;
  require(batches_per_round <= std::numeric_limits<int>::max(), "accumulate", preset.schedule.accumulate,
          "so few that a round's batches, n-critic times as many, can be counted");
  plan.rounds_per_epoch = std::max<std::int64_t>(1, batches / batches_per_round);
  require(preset.epochs <= std::numeric_limits<std::int64_t>::max() / plan.rounds_per_epoch, "epochs", preset.epochs,
          "so few that their rounds can be counted");
  plan.rounds = s.steps.value_or(preset.epochs * plan.rounds_per_epoch);
  plan.sample_every = s.sample_every > 0 ? s.sample_every : plan.rounds_per_epoch;
  plan.save_every = s.save_every > 0 ? s.save_every : plan.rounds_per_epoch;
  plan.eval_every = s.eval_every < 0 ? 0 : s.eval_every > 0 ? s.eval_every : plan.rounds_per_epoch;
  return plan;
}

Settings spell_out(Settings s, const Plan& plan) {
  const models::Preset& preset = plan.preset;
  s.data = absolute_data(data_of(s));
  if (const std::string from = from_of(s); !from.empty()) s.from = from;
  s.net = preset.network;
  if (!s.steps) s.epochs = preset.epochs;
  s.batch_size = preset.batch_size;
  s.lr = preset.optimizer.lr;
  if (preset.pairing) {
    s.lambda = preset.pairing->weight;
    s.paired_rounds = preset.schedule.phases.paired;
    s.standard_rounds = preset.schedule.phases.standard;
  }
  if (preset.penalty) {
    s.lambda = preset.penalty->weight;
    s.penalty_every = preset.penalty->every;
  }
  if (preset.instance_noise) {
    s.noise = preset.instance_noise->sd;
    s.noise_rounds = preset.instance_noise->rounds;
  }
  models::Family family = preset.family;
  if (const double* weight = models::main_weight(family)) s.lambda = *weight;
  if (std::holds_alternative<models::Gan>(family)) {
    s.d_rate = preset.d_rate;
    s.n_critic = preset.schedule.d_steps;
    s.accumulate = preset.schedule.accumulate;
    s.labels = models::name_of(preset.labels);
    s.pac = preset.pac;
  }
  s.average = preset.average;
  if (!s.threads) s.threads = num_threads();
  return s;
}

}  // namespace xgrad::gan_mnist
