// SPDX-License-Identifier: BSD-3-Clause
// Initial values: each is one random draw with a scale from the weight's fans.
#include <cmath>
#include <string>

#include <xgrad/autograd/error.h>
#include <xgrad/nn/init.h>

namespace xgrad::nn::init {

Variable uniform_(Variable x, double low, double high, Generator& generator) {
  x.set_array(uniform(x.shape(), low, high, x.dtype(), generator).array());
  return x;
}

Variable normal_(Variable x, double mean, double sd, Generator& generator) {
  x.set_array(normal(x.shape(), mean, sd, x.dtype(), generator).array());
  return x;
}

Variable constant_(Variable x, double value) {
  x.set_array(Array::full(x.shape(), value, x.dtype()));
  return x;
}

Variable zeros_(Variable x) { return constant_(std::move(x), 0.0); }
Variable ones_(Variable x) { return constant_(std::move(x), 1.0); }

Fans fans(const Shape& shape) {
  if (shape.rank() < 2) {
    throw ShapeError("[init] fans need a weight of at least two axes (out, in, ...), not " + to_string(shape));
  }
  std::int64_t field = 1;
  for (std::size_t i = 2; i < shape.rank(); ++i) field *= shape[i];
  return {shape[1] * field, shape[0] * field};
}

double calculate_gain(std::string_view nonlinearity, double param) {
  if (nonlinearity == "linear" || nonlinearity == "sigmoid") return 1.0;
  if (nonlinearity == "tanh") return 5.0 / 3.0;
  if (nonlinearity == "relu") return std::sqrt(2.0);
  if (nonlinearity == "leaky_relu") return std::sqrt(2.0 / (1.0 + param * param));
  if (nonlinearity == "selu") return 0.75;
  throw ValueError("[calculate_gain] unknown nonlinearity '" + std::string(nonlinearity) +
                   "'; known are linear, sigmoid, tanh, relu, leaky_relu and selu");
}

namespace {

double xavier_sd(const Shape& shape, double gain) {
  const Fans f = fans(shape);
  return gain * std::sqrt(2.0 / static_cast<double>(f.in + f.out));
}

double kaiming_sd(const Shape& shape, const KaimingOptions& options) {
  const Fans f = fans(shape);
  const auto fan = static_cast<double>(options.mode == FanMode::fan_in ? f.in : f.out);
  return calculate_gain(options.nonlinearity, options.a) / std::sqrt(fan);
}

/// U with a given standard deviation: the half width is sqrt(3) of it.
Variable centred_uniform_(Variable x, double sd, Generator& generator) {
  const double bound = std::sqrt(3.0) * sd;
  return uniform_(std::move(x), -bound, bound, generator);
}

}  // namespace

Variable xavier_uniform_(Variable x, double gain, Generator& generator) {
  const double sd = xavier_sd(x.shape(), gain);
  return centred_uniform_(std::move(x), sd, generator);
}

Variable xavier_normal_(Variable x, double gain, Generator& generator) {
  const double sd = xavier_sd(x.shape(), gain);
  return normal_(std::move(x), 0.0, sd, generator);
}

Variable kaiming_uniform_(Variable x, const KaimingOptions& options, Generator& generator) {
  const double sd = kaiming_sd(x.shape(), options);
  return centred_uniform_(std::move(x), sd, generator);
}

Variable kaiming_normal_(Variable x, const KaimingOptions& options, Generator& generator) {
  const double sd = kaiming_sd(x.shape(), options);
  return normal_(std::move(x), 0.0, sd, generator);
}

}  // namespace xgrad::nn::init
