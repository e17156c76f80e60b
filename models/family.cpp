// SPDX-License-Identifier: BSD-3-Clause
// What people are told of each family, and what they may weigh.
#include <xgrad/models/family.h>

#include <cstdio>

#include <xgrad/models/overloaded.h>

namespace xgrad::models {

bool draws_from_noise(const Family&) { return true; }

std::string formula(const Family& family, const std::string& objective) {
  return std::visit(
      Overloaded{
          [&](const Gan&) { return objective; },
          [](const Vae&) -> std::string {
            return "E, G: E ||x - G(z)||^2 / (2 s^2) + lambda E KL(N(mu, sigma^2) || N(0, 1)), (mu, log sigma^2) = "
                   "E(x), z = mu + sigma e";
          },
      },
      family);
}

std::string constants(const Family& family) {
  char text[96] = "";
  std::visit(
      Overloaded{
          [](const Gan&) {},
          [&](const Vae& vae) { std::snprintf(text, sizeof text, "lambda = %g, s = %g", vae.kl, vae.deviation); },
      },
      family);
  return text;
}

double* main_weight(Family& family) {
  return std::visit(Overloaded{
                        [](Gan&) -> double* { return nullptr; },
                        [](Vae& vae) { return &vae.kl; },
                    },
                    family);
}

}  // namespace xgrad::models
