// SPDX-License-Identifier: BSD-3-Clause
// Texts by their n-grams, waves by what is heard of them, each beside the floor of real ones.
#include <xgrad/models/gan_mnist/eval_sequences.h>

#include <algorithm>
#include <cstdio>

#include <nlohmann/json.hpp>

#include <xgrad/models/data/loader.h>
#include <xgrad/models/data/text.h>
#include <xgrad/models/gan_mnist/exit_code.h>
#include <xgrad/models/gan_mnist/findings.h>
#include <xgrad/models/gan_mnist/sheet.h>
#include <xgrad/models/metrics/image_meter.h>
#include <xgrad/models/metrics/text_quality.h>
#include <xgrad/models/metrics/wave_quality.h>
#include <xgrad/models/trainer.h>

namespace xgrad::gan_mnist {

namespace {

using namespace xgrad::models;

constexpr std::int64_t usual = 5000;

Figures compare(const SampleFormat& format, const Array& real, const Array& samples) {
  if (format.kind == DataKind::text) {
    return text_figures(spell(real, format.alphabet), spell(samples, format.alphabet));
  }
  const Shape flat{real.shape()[0], format.width};
  return wave_figures(real.reshape(flat), samples.reshape(flat));
}

}  // namespace

void evaluate_sequences(Trained& trained, const std::filesystem::path& run, std::int64_t n, std::uint64_t seed) {
  const SampleFormat& format = trained.format;
  const auto seen = load_data(trained.settings);
  const auto unseen = load_unseen(trained.settings);
  if (seen->format() != format) throw FormatError("the data of the run " + run.string() + " have changed since");
  if (n < 0) throw UsageError("-n must be 1 or more");
  n = std::min({n == 0 ? usual : n, seen->size, unseen->size});
  const auto some = [&](const std::shared_ptr<const Dataset>& data) {
    const LoaderOptions options{.batch_size = n, .range = trained.network->range, .layout = PixelLayout::planar};
    return DataLoader(data, options, stream(seed, Stream::data_order)).next().samples;
  };
  const Array real = some(unseen);
  Generator random = stream(seed, Stream::samples);
  const Array drawn = draw_many(*trained.generator, n, trained.network->latent, 0, random);
  const Figures generated = compare(format, real, drawn.reshape(real.shape()));
  const Figures floor = compare(format, real, some(seen));

  const std::string& what = row_of(format.kind).name;
  nlohmann::ordered_json json = {{"round", trained.steps}, {"n", n}, {"seed", seed}, {"kind", what}};
  std::printf("%lld samples of %s after round %lld, against as many unseen ones\n\n", static_cast<long long>(n),
              what.c_str(), static_cast<long long>(trained.steps));
  tell_figures(generated, floor, "trained on", json);
  write_findings(run, json);
}

}  // namespace xgrad::gan_mnist
