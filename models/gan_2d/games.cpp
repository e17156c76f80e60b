// SPDX-License-Identifier: BSD-3-Clause
// gan_2d games: every method for two-player games on the two games whose dynamics are known: x y, and the Dirac-GAN.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <memory>
#include <vector>

#include <CLI/CLI.hpp>

#include <xgrad/autograd/engine.h>
#include <xgrad/autograd/error.h>
#include <xgrad/autograd/ops.h>
#include <xgrad/models/command_line/flag.h>
#include <xgrad/models/gan_2d/commands.h>
#include <xgrad/nn/file.h>
#include <xgrad/optim/optim.h>

namespace xgrad::gan_2d {

namespace {

using namespace xgrad::optim;

/// min over x of x y, max over y.
Losses bilinear(const Variables& x, const Variables& y) {
  const Variable f = sum(x[0] * y[0]);
  return {f, -f};
}

/// The data are 0, G is the point x, D(u) = y u; both play log(1 + e^-t) of D's score. With gamma, D pays
/// gamma/2 D'(0)^2 = gamma/2 y^2: R1 (Mescheder et al., 2018).
Game dirac(double gamma) {
  return [gamma](const Variables& x, const Variables& y) -> Losses {
    const Variable score = softplus(-sum(x[0] * y[0]));
    return {-score, score + 0.5 * gamma * sum(square(y[0]))};
  };
}

struct Method {
  const char* name;
  std::function<std::unique_ptr<GameOptimizer>(Optimizer& x, Optimizer& y)> make;
  double gamma;  ///< of the Dirac-GAN's penalty
  const char* published;
};

template <class M, class... Options>
Method row(const char* name, const char* published, double gamma, const Options&... options) {
  return {name, [=](Optimizer& x, Optimizer& y) { return std::make_unique<M>(x, y, options...); }, gamma, published};
}

const std::vector<Method>& methods() {
  static const std::vector<Method> table = {
      row<SimultaneousDescent>("simultaneous", "diverges (Mescheder et al., 2018)", 0.0),
      row<AlternatingDescent>("alternating", "circles (Mescheder et al., 2018)", 0.0),
      row<SimultaneousDescent>("simultaneous, R1", "converges on the Dirac-GAN (Mescheder et al., 2018)", 0.3),
      row<ConsensusOptimization>("consensus", "converges (Mescheder et al., 2017)", 0.0, 1.0),
      row<SymplecticGradientAdjustment>("symplectic", "converges (Balduzzi et al., 2018)", 0.0, SymplecticOptions{}),
      row<Extragradient>("extragradient", "converges (Korpelevich, 1976)", 0.0),
      row<OptimisticDescent>("optimistic", "converges (Daskalakis et al., 2018)", 0.0),
      row<UnrolledDescent>("unrolled, 5 steps", "converges (Metz et al., 2017)", 0.0, UnrollingOptions{}),
      row<LinearizedCompetitiveDescent>("LCGD", "converges for small steps (Schaefer & Anandkumar, 2019)", 0.0),
      row<CompetitiveDescent>("CGD", "converges (Schaefer & Anandkumar, 2019)", 0.0, CompetitiveOptions{}),
  };
  return table;
}

using Path = std::vector<std::pair<double, double>>;

Path trajectory(const Method& method, const Game& game, double lr, double start, int steps) {
  Variable x = tensor<double>({start}, {1}, true);
  Variable y = tensor<double>({start}, {1}, true);
  SGD sgd_x({x}, {.lr = lr});
  SGD sgd_y({y}, {.lr = lr});
  const auto optimizer = method.make(sgd_x, sgd_y);
  Path path = {{x.item(), y.item()}};
  for (int i = 0; i < steps; ++i) {
    optimizer->step(game);
    path.emplace_back(x.item(), y.item());
  }
  return path;
}

double norm(const std::pair<double, double>& p) { return std::hypot(p.first, p.second); }

/// The factor by which the distance to the equilibrium (0, 0) changes in a step, near it: the spectral radius of the
/// linearised method, by the mean over many steps, or over as many as a path that leaves the place stays there.
double rate(const Method& method, const Game& game, double lr) {
  const Path path = trajectory(method, game, lr, 1e-4, 600);
  const auto left = std::find_if(path.begin() + 1, path.end(), [](const auto& p) { return !(norm(p) <= 1e-2); });
  const std::size_t last = std::max<std::size_t>(1, static_cast<std::size_t>(left - path.begin()) - 1);
  const std::size_t first = std::min<std::size_t>(100, last / 2);  // the start's own components are gone by then
  if (!std::isfinite(norm(path[last]))) return norm(path[last]);
  if (!(norm(path[first]) > 0.0)) return 0.0;
  return std::pow(norm(path[last]) / norm(path[first]), 1.0 / static_cast<double>(last - first));
}

const char* verdict(double rate) {
  if (rate < 0.9999) return "converges";
  return rate > 1.0001 ? "diverges" : "circles";
}

constexpr int panel = 180;  // pixels a side
constexpr int columns = 5;

std::string svg(double lr) {
  const int rows = (static_cast<int>(methods().size()) + columns - 1) / columns;
  char text[512];
  std::snprintf(text, sizeof text,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\" "
                "font-size=\"12\">\n<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>\n",
                columns * panel, rows * (panel + 20));
  std::string out = text;
  for (std::size_t k = 0; k < methods().size(); ++k) {
    const int left = static_cast<int>(k) % columns * panel;
    const int top = static_cast<int>(k) / columns * (panel + 20) + 20;
    const Method& m = methods()[k];
    std::snprintf(
        text, sizeof text,
        "<text x=\"%d\" y=\"%d\">%s</text>\n<svg x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" viewBox=\"-2.4 -2.4 4.8 "
        "4.8\">\n<path d=\"M-2.4 0H2.4M0 -2.4V2.4\" stroke=\"#ccc\" stroke-width=\".02\"/>\n"
        "<polyline fill=\"none\" stroke=\"#1e50c8\" stroke-width=\".02\" points=\"",
        left + 6, top - 6, m.name, left, top, panel, panel);
    out += text;
    const Path path = trajectory(m, dirac(m.gamma), lr, 1.0, 200);
    for (const auto& [x, y] : path) {
      std::snprintf(text, sizeof text, "%.4g,%.4g ", x, -y);
      out += text;
    }
    std::snprintf(text, sizeof text,
                  "\"/>\n<circle cx=\"1\" cy=\"-1\" r=\".06\"/><circle cx=\"%.4g\" cy=\"%.4g\" r=\".06\" "
                  "fill=\"#e07020\"/></svg>\n",
                  path.back().first, -path.back().second);
    out += text;
  }
  return out + "</svg>\n";
}

void games(double lr, const std::filesystem::path& out) {
  std::printf("Factor of the distance to the equilibrium in a step of size %g, near it\n\n", lr);
  std::printf("| method | x y | | Dirac-GAN | | published |\n|---|---|---|---|---|---|\n");
  for (const Method& m : methods()) {
    const double on_dirac = rate(m, dirac(m.gamma), lr);
    if (m.gamma > 0.0) {
      std::printf("| %s | | | %.5f | %s | %s |\n", m.name, on_dirac, verdict(on_dirac), m.published);
      continue;
    }
    const double on_bilinear = rate(m, bilinear, lr);
    std::printf("| %s | %.5f | %s | %.5f | %s | %s |\n", m.name, on_bilinear, verdict(on_bilinear), on_dirac,
                verdict(on_dirac), m.published);
  }
  if (out.empty()) return;
  nn::write_file(out.string(), svg(lr));
  std::printf("\nTrajectories on the Dirac-GAN from (1, 1), 200 steps: %s\n", out.c_str());
}

}  // namespace

void add_games(CLI::App& app) {
  CLI::App* command = app.add_subcommand("games", "Do the game methods converge? Rates on two games, and trajectories");
  const auto lr = std::make_shared<double>(0.2);
  const auto out = std::make_shared<std::filesystem::path>();
  command->allow_extras();
  command_line::add_value(*command, "--lr", *lr, "Step size of both players", command_line::above(0))
      ->capture_default_str();
  command_line::add_value(*command, "--out", *out, "Write the trajectories as SVG");
  command->callback([command, lr, out] {
    command_line::refuse_extras(*command);
    games(*lr, *out);
  });
}

}  // namespace xgrad::gan_2d
