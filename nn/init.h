// SPDX-License-Identifier: BSD-3-Clause
// Initial values of parameters, by PyTorch's names and formulae.
#pragma once

#include <string_view>

#include <xgrad/autograd/random.h>
#include <xgrad/autograd/variable.h>

namespace xgrad::nn {

/// Each function gives a leaf new values (graphs recorded earlier keep the old ones) and returns it.
namespace init {

Variable uniform_(Variable x, double low = 0.0, double high = 1.0, Generator& generator = default_generator());
Variable normal_(Variable x, double mean = 0.0, double sd = 1.0, Generator& generator = default_generator());
Variable constant_(Variable x, double value);
Variable zeros_(Variable x);
Variable ones_(Variable x);

/// Fans of a weight (out, in, receptive field...): fan_in = in * field, fan_out = out * field.
struct Fans {
  std::int64_t in;
  std::int64_t out;
};
/// @throws ShapeError when the shape has fewer than two axes.
Fans fans(const Shape& shape);

enum class FanMode { fan_in, fan_out };

/// Recommended gain for "linear", "sigmoid" (1), "tanh" (5/3), "relu" (sqrt 2), "leaky_relu" (sqrt(2 / (1 + a^2)), a =
/// `param`), "selu" (3/4). @throws ValueError naming the known ones.
double calculate_gain(std::string_view nonlinearity, double param = 0.01);

/// U(-b, b), b = gain sqrt(6 / (fan_in + fan_out)) (Glorot & Bengio, 2010).
Variable xavier_uniform_(Variable x, double gain = 1.0, Generator& generator = default_generator());
/// N(0, gain^2 2 / (fan_in + fan_out)).
Variable xavier_normal_(Variable x, double gain = 1.0, Generator& generator = default_generator());

struct KaimingOptions {
  double a = 0.0;  ///< negative slope, used with leaky_relu
  FanMode mode = FanMode::fan_in;
  std::string_view nonlinearity = "leaky_relu";
};
/// U(-b, b), b = gain sqrt(3 / fan) (He et al., 2015).
Variable kaiming_uniform_(Variable x, const KaimingOptions& options = {}, Generator& generator = default_generator());
/// N(0, gain^2 / fan).
Variable kaiming_normal_(Variable x, const KaimingOptions& options = {}, Generator& generator = default_generator());

}  // namespace init
}  // namespace xgrad::nn
