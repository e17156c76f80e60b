// SPDX-License-Identifier: BSD-3-Clause
// gan_mnist sample: pictures from a trained generator, drawn at random or along ways between two points.
#include <cmath>
#include <cstdio>
#include <memory>
#include <numbers>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <xgrad/autograd/ops.h>
#include <xgrad/models/gan_mnist/commands.h>
#include <xgrad/models/gan_mnist/exit_code.h>
#include <xgrad/models/gan_mnist/trained.h>
#include <xgrad/models/image/png.h>
#include <xgrad/models/trainer.h>

namespace xgrad::gan_mnist {

namespace {

namespace fs = std::filesystem;
using namespace xgrad::models;

struct SampleOptions {
  fs::path run;
  fs::path out;
  std::int64_t n = 64;
  std::uint64_t seed = 1;
  bool interpolate = false;
};

// `rows` ways of `columns` points each from one random point to another: cos(t) a + sin(t) b, t from 0 to a quarter
// turn, is distributed like a and b themselves all the way, which a straight line is not.
Variable ways(std::int64_t rows, std::int64_t columns, std::int64_t latent, Generator& random) {
  const Variable a = normal({rows, 1, latent}, 0.0, 1.0, DType::float32, random);
  const Variable b = normal({rows, 1, latent}, 0.0, 1.0, DType::float32, random);
  const double step = columns > 1 ? std::numbers::pi / 2.0 / static_cast<double>(columns - 1) : 0.0;
  const Variable t = reshape(arange(columns, DType::float32, 0.0, step), {1, columns, 1});
  return reshape(cos(t) * a + sin(t) * b, {rows * columns, latent});
}

int sample(const SampleOptions& options) {
  if (options.n < 1) throw UsageError("-n must be 1 or more");
  Trained trained = load_trained(options.run);
  Generator random = stream(options.seed, Stream::samples);
  const auto columns = static_cast<std::int64_t>(std::ceil(std::sqrt(static_cast<double>(options.n))));
  const std::int64_t rows = (options.n + columns - 1) / columns;
  const std::int64_t latent = trained.network->latent;
  const Variable z = options.interpolate ? ways(rows, columns, latent, random)
                                         : normal({options.n, latent}, 0.0, 1.0, DType::float32, random);
  const std::string kind = options.interpolate ? "interpolation" : "sample";
  const fs::path out = !options.out.empty()
                           ? options.out
                           : options.run / "samples" / (kind + "-seed" + std::to_string(options.seed) + ".png");
  write_grid(out.string(), generate(*trained.generator, z).array(),
             {.rows = rows, .columns = columns, .range = trained.network->range});
  std::printf("Samples: %s\n", out.c_str());
  return exit_done;
}

}  // namespace

Command add_sample(CLI::App& app) {
  CLI::App* command = app.add_subcommand("sample", "Draw pictures with a trained generator");
  const auto options = std::make_shared<SampleOptions>();
  command->allow_extras();
  command->footer(
      "Examples:\n  gan_mnist sample runs/001-r1-fashion -n 100 --seed 5\n"
      "  gan_mnist sample runs/001-r1-fashion --interpolate --out ways.png");
  command->add_option("run", options->run, "Run folder")->required();
  command->add_option("-n,--number", options->n, "How many pictures")->capture_default_str();
  command->add_option("--seed", options->seed, "Names the random points")->capture_default_str();
  command->add_option("--out", options->out, "The PNG to write; by default in the run's folder samples");
  command->add_flag("--interpolate", options->interpolate, "Each row walks from one point to another");
  return {command, [options] { return sample(*options); }};
}

}  // namespace xgrad::gan_mnist
