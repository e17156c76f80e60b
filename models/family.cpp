// SPDX-License-Identifier: BSD-3-Clause
// What people are told of each family.
#include <xgrad/models/family.h>

#include <xgrad/autograd/text.h>

namespace xgrad::models {

using xgrad::detail::formatted;

std::string Vae::formula(const std::string&) const {
  return "E, G: E ||x - G(z)||^2 / (2 s^2) + lambda E KL(N(mu, sigma^2) || N(0, 1)), z ~ N(mu, sigma^2), "
         "(mu, log sigma^2) = E(x)";
}
std::string Vae::constants() const { return formatted("lambda = %g, s = %g", kl, deviation); }

std::string VaeGan::formula(const std::string& objective) const {
  return objective +
         ", f of G(z) and of G(prior)   E: R + k E KL(N(mu, sigma^2) || N(0, 1))   G: + lambda R, R = E ||phi(x) - "
         "phi(G(z))||^2 / 2, phi D's features";
}
std::string VaeGan::constants() const { return formatted("k = %g, lambda = %g", kl, features); }

std::string Inpainting::formula(const std::string& objective) const {
  return objective +
         ", f of filled images, in G times lambda   G: + (1 - lambda) E (x - G(x outside the hole))^2 in it";
}
std::string Inpainting::constants() const {
  return formatted("lambda = %g, hole of %g of each side", adversarial, hole);
}

std::string CycleGan::formula(const std::string& objective) const {
  return objective +
         ", twice, f in D of pooled samples   G, F: + lambda (E |F(G(a)) - a| + E |G(F(b)) - b|) + i (E |F(a) - a| + "
         "E |G(b) - b|)";
}
std::string CycleGan::constants() const {
  return formatted("lambda = %g, i = %g, pools of %d", cycle, identity, static_cast<int>(pool));
}

bool draws_from_noise(const Family& family) {
  return !translates(family) && !std::holds_alternative<Inpainting>(family);
}

bool translates(const Family& family) { return std::holds_alternative<CycleGan>(family); }

std::string formula(const Family& family, const std::string& objective) {
  return std::visit([&](const auto& of) { return of.formula(objective); }, family);
}

std::string constants(const Family& family) {
  return std::visit([](const auto& of) { return of.constants(); }, family);
}

double* main_weight(Family& family) {
  return std::visit([](auto& of) { return of.main_weight(); }, family);
}

}  // namespace xgrad::models
