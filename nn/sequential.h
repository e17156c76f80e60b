// SPDX-License-Identifier: BSD-3-Clause
// Sequential: modules one after the other, named "0", "1", ...
#pragma once

#include <xgrad/nn/module.h>

namespace xgrad::nn {

/// nn::Sequential net(nn::Linear(784, 128), nn::ReLU(), nn::Linear(128, 10));
/// Parameters are called "0.weight", "0.bias", "2.weight", ... Modules are moved in; a std::shared_ptr is shared.
/// Layers made in the argument list are drawn from the first to the last, whatever the compiler's order.
class Sequential : public Module {
 public:
  Sequential() = default;
  template <class First, class... Rest>
  requires(!std::is_same_v<std::remove_cvref_t<First>, Sequential> ||
           sizeof...(Rest) > 0) explicit Sequential(First&& first, Rest&&... rest) {
    append(std::forward<First>(first));
    (append(std::forward<Rest>(rest)), ...);
    draw_in_order();
  }
  Sequential(Sequential&&) = default;
  Sequential& operator=(Sequential&&) = default;

  /// Adds a module at the end and gives a reference to it.
  template <class M>
  auto& append(M&& module) {
    return register_module(std::to_string(size()), std::forward<M>(module));
  }
  std::size_t size() const noexcept { return children().size(); }
  /// @throws ValueError when out of range.
  Module& operator[](std::size_t i) const;

  Variable forward(const Variable& x) override;
  std::string describe() const override { return "Sequential"; }
};

}  // namespace xgrad::nn
