// SPDX-License-Identifier: BSD-3-Clause
// Small games for tests of the trainer: presets on tiny random images, and the Dirac-GAN.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <xgrad/autograd/ops.h>
#include <xgrad/models/make_learner.h>
#include <xgrad/models/trainer.h>

namespace xgrad::tests {

constexpr std::int64_t side = 8;
constexpr std::int64_t batch_size = 12;  // divisible into packs of 2, 3 and 4

/// Samples of a kind of data that are small, of three classes.
inline models::SampleFormat small_format(models::DataKind kind) {
  switch (kind) {
    case models::DataKind::text:
      return {.height = 1, .width = side, .classes = 3, .channels = 4, .kind = kind, .alphabet = "abcd"};
    case models::DataKind::waves:
      return {.height = 1, .width = 64, .classes = 3, .kind = kind, .rate = 8000};
    case models::DataKind::images:
      break;
  }
  return {.height = side, .width = side, .classes = 3};
}

/// "Samples" drawn from a stream that a test can save, with labels of three classes for presets that are told them, and
/// how many batches were asked for.
struct Data {
  Generator random{77};
  int batches = 0;
  double poison = 0.0;
  Shape shape = {side * side};
  bool labels = false;

  models::Source source() {
    return [this]() -> models::Samples {
      ++batches;
      Shape batch = shape;
      batch.insert(0, batch_size);
      const Variable x = uniform(batch, -1, 1, DType::float32, random) + poison;
      if (!labels) return x;
      return {x, one_hot(astype(uniform({batch_size}, 0, 3, DType::float64, random), DType::int64), 3)};
    };
  }
};

/// Small samples for the preset's networks; `data` will give such.
inline models::SampleFormat fit(Data& data, const models::Preset& preset) {
  const models::NetworkSpec& spec = models::find_network(preset.network);
  const models::SampleFormat format = small_format(spec.kind);
  data.shape = spec.layout == models::PixelLayout::flat ? Shape{format.elements()} : format.shape();
  data.labels = preset.labels != models::Labels::none;
  return format;
}

inline models::Trainer make_trainer(const models::Preset& preset, Data& data, std::uint64_t seed = 1) {
  Generator random = stream(seed, models::Stream::initialisation);
  const models::SampleFormat format = fit(data, preset);
  return models::Trainer(preset, make_networks(preset, format, random), models::find_network(preset.network).latent,
                         data.source(), seed);
}

/// The learner of any preset, whatever its family.
inline std::unique_ptr<models::Learner> make_learner(const models::Preset& preset, Data& data, std::uint64_t seed = 1) {
  return models::make_learner(preset, fit(data, preset), {data.source(), data.source()}, seed);
}

/// The presets of a generator against a discriminator.
inline std::vector<models::Preset> gan_presets() {
  std::vector<models::Preset> all;
  for (const models::Preset& preset : models::preset_table()) {
    if (std::holds_alternative<models::Gan>(preset.family)) all.push_back(preset);
  }
  return all;
}

/// Everything that a checkpoint would write, bit for bit.
inline std::string bytes(const models::Checkpoint& checkpoint) {
  std::string all = checkpoint.state;
  for (const auto& [name, array] : checkpoint.arrays) {
    all += name + to_string(array.shape());
    all.append(static_cast<const char*>(array.raw()), array.nbytes());
  }
  return all;
}

inline std::vector<double> values(const StateDict& state) {
  std::vector<double> all;
  for (const auto& [name, array] : state) {
    const auto some = array.to_vector<double>();
    all.insert(all.end(), some.begin(), some.end());
  }
  return all;
}

/// `before` rounds, saved, and `after` more by another learner are the rounds of one that was never stopped, byte for
/// byte. make(data, seed) gives a pointer to a learner.
template <class Make>
void check_resumes(const Make& make, int before, int after) {
  Data whole_data;
  const auto whole = make(whole_data, 1);
  for (int i = 0; i < before + after; ++i) whole->step();

  Data data;
  const auto first = make(data, 1);
  for (int i = 0; i < before; ++i) first->step();
  const models::Checkpoint saved = first->save();
  CHECK(saved.step == before);

  const auto rest = make(data, 2);  // another seed: everything must come from the checkpoint
  rest->load(saved);
  for (int i = 0; i < after; ++i) rest->step();
  CHECK(rest->steps() == before + after);
  CHECK(bytes(rest->save()) == bytes(whole->save()));
}

inline void check_resumes(const models::Preset& preset, int before, int after) {
  check_resumes([&](Data& data, std::uint64_t seed) { return make_learner(preset, data, seed); }, before, after);
}

/// What draws samples as the learner would.
inline std::shared_ptr<nn::Module> make_sampler(const models::Preset& preset, const models::Learner& learner) {
  auto sampler = models::make_sampler(preset, small_format(models::find_network(preset.network).kind));
  sampler->load_state_dict(learner.sampling_values());
  return sampler;
}

/// D(x) = psi x, all data at 0, G(z) = theta, from (-1, 1) by plain descent of 0.1 on the zero-sum losses.
struct DiracGan {
  struct Scale : nn::Module {
    Variable psi = register_parameter("psi", tensor(std::vector<double>{-1}, {1, 1}));
    Variable forward(const Variable& x) override { return x * psi; }
  };
  struct Point : nn::Module {
    Variable theta = register_parameter("theta", tensor(std::vector<double>{1}, {1, 1}));
    Variable forward(const Variable& z) override { return 0.0 * z + theta; }
  };

  static models::Preset preset(const models::Schedule& schedule, std::optional<models::Penalty> penalty = {}) {
    return {.name = "dirac",
            .about = "",
            .objective = models::minimax(),
            .penalty = std::move(penalty),
            .schedule = schedule,
            .optimizer = {.kind = models::OptimizerSpec::Kind::sgd, .lr = 0.1}};
  }

  explicit DiracGan(const models::Schedule& schedule, std::optional<models::Penalty> penalty = {})
      : DiracGan(preset(schedule, std::move(penalty))) {}

  explicit DiracGan(models::Preset preset)
      : trainer(
            std::move(preset), {.generator = g, .discriminator = d}, 1,
            [] {
              return zeros({1, 1}, DType::float64);
            },
            1) {}

  std::shared_ptr<Scale> d = std::make_shared<Scale>();
  std::shared_ptr<Point> g = std::make_shared<Point>();
  models::Trainer trainer;
};

}  // namespace xgrad::tests
