// SPDX-License-Identifier: BSD-3-Clause
// libFuzzer on checkpoints: the file, the format of its samples, and a learner that goes on from it. FormatError and
// ValueError are the ways out, and a learner that refuses a checkpoint is what it was.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string_view>

#include <nlohmann/json.hpp>

#include <xgrad/autograd/error.h>
#include <xgrad/models/data/format.h>
#include <xgrad/models/learner.h>
#include <xgrad/models/run/checkpoint.h>
#include <xgrad/nn/json.h>
#include <xgrad/nn/linear.h>

namespace {

using namespace xgrad::models;

/// The least that a run could train.
class Tiny : public Learner {
 public:
  Tiny() : Learner(Preset{.name = "tiny", .about = "", .average = 0.5}) {
    xgrad::Generator random(1);
    sample_with(add_player("G", std::make_shared<xgrad::nn::Linear>(2, 1, xgrad::nn::LinearOptions{}, random)).network);
    add_stream("noise", noise_);
  }

 private:
  void round() override {}
  xgrad::Generator noise_{2};
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Checkpoint checkpoint;
  try {
    checkpoint = parse_checkpoint(std::string_view(reinterpret_cast<const char*>(data), size));
  } catch (const xgrad::FormatError&) {
    return 0;
  }
  try {
    const auto state = xgrad::nn::detail::parse_json(checkpoint.state);
    if (state.contains("format")) parse_format(xgrad::nn::detail::write_json(state["format"]));
  } catch (const xgrad::FormatError&) {
  }
  Tiny learner;
  const std::string before = learner.save().state;
  try {
    learner.load(checkpoint);
  } catch (const xgrad::Error&) {
    if (learner.save().state != before || learner.steps() != 0) std::abort();
  }
  return 0;
}
