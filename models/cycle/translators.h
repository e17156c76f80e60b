// SPDX-License-Identifier: BSD-3-Clause
// Translators: two generators, each making of samples of one domain samples of the other, and what holds them together.
#pragma once

#include <memory>
#include <string>

#include <xgrad/models/demonstrator.h>

namespace xgrad::models {

/// G: A -> B and F: B -> A.
class Translators : public Demonstrator {
 public:
  Translators(std::shared_ptr<nn::Module> g, std::shared_ptr<nn::Module> f)
      : g_(register_module("G", std::move(g))), f_(register_module("F", std::move(f))) {}

  nn::Module& g() noexcept { return g_; }
  nn::Module& f() noexcept { return f_; }
  /// G.
  Variable forward(const Variable& a) override { return g_(a); }
  /// a, G(a), F(G(a)), b, F(b), G(F(b)) of batches a and b.
  Variables demonstrate(const Variables& real) override;
  std::string describe() const override { return "Translators"; }

 private:
  nn::Module& g_;
  nn::Module& f_;
};

/// E |F(G(a)) - a| + E |G(F(b)) - b|, means over all elements (Zhu et al., 2017, equation 2), from there and back.
Variable cycle_loss(const Variable& a, const Variable& a_again, const Variable& b, const Variable& b_again);
/// E |F(a) - a| + E |G(b) - b|: samples of the domain that a generator aims at are to stay as they are (the same,
/// section 5.2).
Variable identity_loss(Translators& translators, const Variable& a, const Variable& b);

}  // namespace xgrad::models
