// SPDX-License-Identifier: BSD-3-Clause
// What a run is made of, and its checkpoints.
#include <algorithm>

#include <nlohmann/json.hpp>

#include <xgrad/autograd/ops.h>
#include <xgrad/models/demonstrator.h>
#include <xgrad/models/gan_mnist/exhibit.h>
#include <xgrad/models/gan_mnist/run.h>
#include <xgrad/models/make_learner.h>
#include <xgrad/nn/json.h>

namespace xgrad::gan_mnist {

using namespace xgrad::models;

Run::Run(const Plan& plan, std::shared_ptr<const Dataset> data, std::shared_ptr<const Dataset> from, std::uint64_t seed)
    : plan_(plan),
      seed_(seed),
      data_(std::move(data)),
      from_(std::move(from)),
      format_(parse_format(to_json(data_->format()))),  // which refuses what a checkpoint cannot hold
      classes_(plan.preset.labels == Labels::none ? 0 : format_.classes),
      loader_(loader_of(data_, Stream::data_order)),
      sampler_(make_sampler(plan.preset, format_)) {
  Sources sources([this] { return next(); });
  if (from_) {
    from_loader_ = loader_of(from_, Stream::other_data_order);
    sources.from = [this] { return Samples(from_loader_->next().samples); };
  }
  learner_ = make_learner(plan.preset, format_, sources, seed);
  constexpr std::int64_t columns = 8;
  Generator samples = stream(seed, Stream::samples);
  if (draws_from_noise(plan.preset.family)) {
    sheet_ = make_sheet(
        {.number = columns * (classes_ > 0 ? classes_ : columns), .latent = plan.network->latent, .classes = classes_},
        samples);
  }
  if (dynamic_cast<Demonstrator*>(sampler_.get()))
    add_real(sheet_, sources_of(data_, from_), *plan.network, columns, samples);
}

DataLoader Run::loader_of(std::shared_ptr<const Dataset> data, Stream order) const {
  return {std::move(data),
          {.batch_size = plan_.preset.batch_size, .range = plan_.network->range, .layout = plan_.network->layout},
          stream(seed_, order)};
}

Samples Run::next() {
  Batch batch = loader_.next();
  if (classes_ == 0) return {batch.samples};
  return {batch.samples, one_hot(batch.labels, classes_)};
}

std::vector<std::pair<std::string, DataLoader*>> Run::loaders() {
  std::vector<std::pair<std::string, DataLoader*>> all = {{"loader", &loader_}};
  if (from_loader_) all.emplace_back("from_loader", &*from_loader_);
  return all;
}

Checkpoint Run::save() {
  Checkpoint checkpoint = learner_->save();
  auto state = nn::detail::parse_json(checkpoint.state);
  for (const auto& [name, loader] : loaders()) {
    const DataLoader::State& at = loader->state();
    state[name] = {at.generator.key, at.generator.offset, at.epoch, at.cursor};
  }
  state["format"] = nn::detail::parse_json(to_json(format_));
  checkpoint.state = nn::detail::write_json(state);
  return checkpoint;
}

void Run::load(const Checkpoint& checkpoint) {
  std::vector<DataLoader::State> before;
  for (const auto& [name, loader] : loaders()) before.push_back(loader->state());
  try {
    const auto state = nn::detail::parse_json(checkpoint.state);
    for (const auto& [name, loader] : loaders()) {
      const auto& at = state.at(name);
      const auto number = [&at](std::size_t i) { return nn::detail::whole_number(at.at(i)); };
      loader->set_state({.generator = {number(0), number(1)},
                         .epoch = static_cast<std::int64_t>(number(2)),
                         .cursor = static_cast<std::int64_t>(number(3))});
    }
    learner_->load(checkpoint);
  } catch (...) {
    std::size_t i = 0;
    for (const auto& [name, loader] : loaders()) loader->set_state(before[i++]);
    try {
      throw;
    } catch (const nlohmann::json::exception& e) {
      throw FormatError(std::string("the checkpoint's state lacks the place in the data: ") + e.what());
    }
  }
}

std::filesystem::path Run::draw(const RunFolder& folder) {
  sampler_->load_state_dict(learner_->sampling_values());
  return write_exhibit(folder.samples_after(learner_->steps()).string() + extension_of(format_.kind),
                       draw_sheet(*sampler_, sheet_), sheet_, format_, plan_.network->range);
}

Array Run::sample(std::int64_t n) {
  sampler_->load_state_dict(learner_->sampling_values());
  Generator random = stream(seed_, Stream::evaluation);
  return draw_many(*sampler_, n, plan_.network->latent, classes_, random);
}

std::string Run::describe() const {
  const Preset& preset = plan_.preset;
  const auto number = [](auto n) { return std::to_string(n); };
  std::string text = preset.name + " on " + data_->name + ": " + data_->describe() +
                     (from_ ? "; from " + from_->name + ": " + from_->describe() : "") + "\n";
  text += "  losses    " + formula(preset) + "\n";
  text += "  networks  " + plan_.network->about + "; parameters:";
  for (const auto& [name, network] : learner_->players()) text += " " + name + " " + number(network->n_parameters());
  text += (classes_ > 0 ? ", told " + number(classes_) + " labels by " + name_of(preset.labels) : "") + "\n";
  const bool gan = std::holds_alternative<Gan>(preset.family);
  if (gan) text += "  schedule  " + (preset.method ? to_string(*preset.method) : to_string(preset.schedule)) + "\n";
  const bool endless = plan_.rounds / plan_.rounds_per_epoch >= endless_epochs;
  text += "  length    " + (endless ? "as long as the time allows" : number(plan_.rounds) + " rounds") + ", " +
          number(plan_.rounds_per_epoch) + " an epoch; " +
          (preset.schedule.d_steps == 1 ? "one update" : number(preset.schedule.d_steps) + " updates") +
          (gan ? " of D" : " of each player") + " in each, batches of " +
          (preset.schedule.accumulate == 1 ? "" : number(preset.schedule.accumulate) + " x ") +
          number(preset.batch_size) + (preset.pac == 1 ? "" : " in packs of " + number(preset.pac)) + ", " +
          to_string(preset.optimizer) + "\n";
  return text;
}

}  // namespace xgrad::gan_mnist
