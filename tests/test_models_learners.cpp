// SPDX-License-Identifier: BSD-3-Clause
// What holds for the learner of every preset: exact resumption, rounds that leave nothing behind, replay to the bit.
#include <doctest/doctest.h>

#include <vector>

#include <xgrad/autograd/memory.h>
#include <xgrad/autograd/node.h>

#include "gan_fixture.h"

using namespace xgrad;
using namespace xgrad::models;
using namespace xgrad::tests;

TEST_CASE("learners: 20 rounds, saved, resumed and 20 more are 40 rounds, byte for byte, for every preset") {
  for (const Preset& preset : preset_table()) {
    CAPTURE(preset.name);
    check_resumes(preset, 20, 20);
  }
}

TEST_CASE("learners: a round leaves nothing behind and, once warm, asks the system for no memory") {
  for (const Preset& preset : preset_table()) {
    CAPTURE(preset.name);
    Data data;
    const auto learner = tests::make_learner(preset, data);
    for (int i = 0; i < 10; ++i) learner->step();
    const auto nodes = detail::Node::live_count();
    const auto before = memory::statistics();
    for (int i = 0; i < 10; ++i) learner->step();
    CHECK(detail::Node::live_count() == nodes);
    CHECK(memory::statistics().bytes_in_use == before.bytes_in_use);
    if (memory::pooled()) CHECK(memory::statistics().system_requests == before.system_requests);
  }
}

TEST_CASE("learners: replayed rounds are the eager ones, to the last bit, whatever the preset") {
  std::vector<Preset> presets = preset_table();
  for (const GameMethod::Kind kind :
       {GameMethod::Kind::extragradient, GameMethod::Kind::optimistic, GameMethod::Kind::consensus,
        GameMethod::Kind::symplectic, GameMethod::Kind::unrolled, GameMethod::Kind::linearized,
        GameMethod::Kind::competitive, GameMethod::Kind::adaptive}) {
    presets.push_back(find_preset("wgan-gp"));
    presets.back().method = GameMethod{.kind = kind};
    presets.back().schedule = {};
  }
  presets.push_back(find_preset("r1"));
  presets.back().schedule = {.d_steps = 2, .accumulate = 3, .simultaneous = false};
  presets.back().penalty = lazy(*presets.back().penalty, 3);
  for (const Preset& preset : presets) {
    CAPTURE(preset.name);
    Data data;
    Data same_data;
    const auto replayed = tests::make_learner(preset, data);
    const auto eager = tests::make_learner(preset, same_data);
    eager->set_eager(true);
    for (int i = 0; i < 6; ++i) {
      const RoundReport wanted = eager->step();
      const RoundReport got = replayed->step();
      CHECK(got.figures() == wanted.figures());
    }
    CHECK(bytes(replayed->save()) == bytes(eager->save()));
  }
}
