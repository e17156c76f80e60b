// SPDX-License-Identifier: BSD-3-Clause
// A thousand images beside a thousand unseen ones.
#include <xgrad/models/gan_mnist/monitor.h>

#include <algorithm>

#include <xgrad/models/data/loader.h>
#include <xgrad/models/gan_mnist/exit_code.h>
#include <xgrad/models/suggest.h>

namespace xgrad::gan_mnist {

using namespace xgrad::models;

namespace {

constexpr std::int64_t most = 1000;
constexpr std::int64_t least = 6;  // that neighbourhoods need

std::shared_ptr<const Dataset> unseen_images(const Settings& settings, const SampleFormat& format) {
  if (format.kind != DataKind::images) return nullptr;
  try {
    const auto data = load_unseen(settings);
    require_same_shape(data->format(), "the images to evaluate with", format, "those to train on");
    return data->size < least ? nullptr : data;
  } catch (const DataMissing&) {
    return nullptr;
  }
}

}  // namespace

Monitor::Monitor(const Settings& settings, const Plan& plan, const SampleFormat& format) {
  const std::string wish = settings.best.value_or("");
  const std::string space = default_space(data_of(settings), format);
  std::vector<std::string> known = comparable_figures(space);
  if (std::find(known.begin(), known.end(), wish) == known.end() && !wish.empty() && wish != "none") {
    known.emplace_back("none");
    throw UsageError("--best: " + unknown_name("figure", wish, known));
  }
  const bool draws = plan.eval_every > 0 && draws_from_noise(plan.preset.family);
  const auto data = draws ? unseen_images(settings, format) : nullptr;
  if (!data) {
    if (wish.empty() || wish == "none") return;
    throw UsageError("--best " + wish + " needs evaluations, and this run has " +
                     (plan.eval_every > 0 ? "no images that it does not see" : "none: see --eval-every"));
  }
  const PixelRange range = plan.network->range;
  DataLoader loader(data, {.batch_size = std::min(most, data->size), .range = range}, Generator(1));
  meter_.emplace(space, loader.next().samples, range);
  best_ = wish.empty() ? known.front() : wish;
}

Monitor::Finding Monitor::look(Run& run) const {
  Finding finding{.figures = (*meter_)(run.sample(meter_->size()))};
  for (const auto& [name, value] : finding.figures) {
    if (name == best_) finding.score = shortfall(name, value);
  }
  return finding;
}

}  // namespace xgrad::gan_mnist
