// SPDX-License-Identifier: BSD-3-Clause
// What all learners share: their parts by name, saved together and restored together or not at all.
#include <xgrad/models/learner.h>

#include <algorithm>
#include <cmath>

#include <nlohmann/json.hpp>

#include <xgrad/autograd/compile/recording.h>
#include <xgrad/nn/json.h>

namespace xgrad::models {

namespace {

bool finite(const Array& values) {
  const auto all = values.to_vector<double>();
  return std::all_of(all.begin(), all.end(), [](double x) { return std::isfinite(x); });
}

}  // namespace

Generator stream(std::uint64_t seed, Stream which) { return Generator(seed).split(static_cast<std::uint64_t>(which)); }

double& RoundReport::operator[](const std::string& name) {
  for (auto& [known, value] : figures_) {
    if (known == name) return value;
  }
  return figures_.emplace_back(name, 0.0).second;
}

double RoundReport::at(const std::string& name) const {
  for (const auto& [known, value] : figures_) {
    if (known == name) return value;
  }
  throw ValueError("[RoundReport] the round yielded no \"" + name + "\"");
}

bool RoundReport::has(const std::string& name) const noexcept {
  return std::any_of(figures_.begin(), figures_.end(), [&](const auto& figure) { return figure.first == name; });
}

void Learner::Player::descend(const Variable& loss, const GradOptions& options) {
  optimizer->step(grad(loss, parameters, options));
}

RoundReport Learner::step() {
  report_ = {};
  round();
  if (average_) average_->update(*sampler_);
  ++steps_;
  return report_;
}

std::vector<std::pair<std::string, const nn::Module*>> Learner::players() const {
  std::vector<std::pair<std::string, const nn::Module*>> all;
  for (const Player& player : players_) all.emplace_back(player.name, player.network.get());
  return all;
}

StateDict Learner::sampling_values() const { return average_ ? average_->values() : sampler_->state_dict(); }

Learner::Player& Learner::add_player(const std::string& name, std::shared_ptr<nn::Module> network, double rate) {
  Variables parameters = network->parameters();
  OptimizerSpec spec = preset_.optimizer;
  spec.lr *= rate;
  auto optimizer = spec.make(parameters);
  Player& player = players_.emplace_back(Player{name, std::move(network), std::move(parameters), std::move(optimizer)});
  remember(name, *player.network);
  remember("opt" + name, *player.optimizer);
  return player;
}

void Learner::sample_with(std::shared_ptr<const nn::Module> sampler) {
  sampler_ = std::move(sampler);
  if (preset_.average > 0.0) average_.emplace(*sampler_, preset_.average);
}

Variables Learner::replay(const std::string& name, const std::vector<bool>& decisions, const Variables& inputs,
                          const RoundPart& part) {
  if (eager_) return part(inputs);
  const auto [place, added] = replays_.try_emplace({name, decisions}, part);
  return place->second(inputs);
}

void Learner::retell() {
  xgrad::detail::perform("retell", {}, {}, [this](xgrad::detail::Reads) { report_ = {}; });
}

void Learner::tell(const std::string& figure, const Variable& value) {
  const Variable* const reads[] = {&value};
  xgrad::detail::perform("tell", reads, {},
                         [this, figure](xgrad::detail::Reads in) { report_[figure] = in[0]->item(); });
}

void Learner::tell_share(const std::string& figure, const Variable& value, double share) {
  const Variable* const reads[] = {&value};
  xgrad::detail::perform("tell", reads, {},
                         [this, figure, share](xgrad::detail::Reads in) { report_[figure] += share * in[0]->item(); });
}

void Learner::tell_loss(const std::string& figure, const Variable& loss, const std::string& whose) {
  check_finite(loss, whose);
  tell(figure, loss);
}

void Learner::check_finite(const Variable& loss, const std::string& whose) {
  const Variable* const reads[] = {&loss};
  xgrad::detail::perform("check loss", reads, {}, [this, whose](xgrad::detail::Reads in) {
    const double value = in[0]->item();
    if (std::isfinite(value)) return;
    throw Diverged("[train] the " + whose + "'s loss is " + std::to_string(value) + " in step " +
                   std::to_string(steps_ + 1) + "; try a smaller learning rate or another seed");
  });
}

std::vector<std::pair<std::string, Generator*>> Learner::streams() {
  std::vector<std::pair<std::string, Generator*>> all = streams_;
  for (const Player& player : players_) {
    for (const auto& [name, generator] : player.network->named_generators()) {
      all.emplace_back(player.name + "." + name, generator.get());
    }
  }
  return all;
}

Checkpoint Learner::snapshot() {
  Checkpoint checkpoint;
  checkpoint.step = steps_;
  for (const Part& part : parts_) checkpoint.add(part.name, part.state());
  checkpoint.add("sample", sampling_values());
  nlohmann::json state;
  for (const auto& [name, generator] : streams()) state[name] = {generator->state().key, generator->state().offset};
  checkpoint.state = nn::detail::write_json(state);
  return checkpoint;
}

Checkpoint Learner::save() {
  Checkpoint checkpoint = snapshot();
  for (const auto& [name, value] : checkpoint.arrays) {
    const bool parameter = std::any_of(players_.begin(), players_.end(), [&name = name](const Player& player) {
      return name.starts_with(player.name + ".");
    });
    if (parameter && !models::finite(value)) throw Diverged("[train] " + name + " is not finite; nothing was saved");
  }
  return checkpoint;
}

void Learner::restore(const Checkpoint& checkpoint) {
  try {
    const auto state = nn::detail::parse_json(checkpoint.state);
    for (const auto& [name, generator] : streams()) {
      const auto& at = state.at(name);
      generator->set_state({.key = nn::detail::whole_number(at.at(0)), .offset = nn::detail::whole_number(at.at(1))});
    }
  } catch (const nlohmann::json::exception& e) {
    throw FormatError(std::string("[train] the checkpoint's state lacks a random stream: ") + e.what());
  }
  for (const Part& part : parts_) part.load(checkpoint.section(part.name));
  if (average_) average_->load(checkpoint.section("sample"), checkpoint.step);
  steps_ = checkpoint.step;
}

void Learner::load(const Checkpoint& checkpoint) {
  const Checkpoint before = snapshot();
  try {
    restore(checkpoint);
  } catch (...) {
    restore(before);
    throw;
  }
}

}  // namespace xgrad::models
