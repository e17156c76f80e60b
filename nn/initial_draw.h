// SPDX-License-Identifier: BSD-3-Clause
// How a layer's initial values were drawn, so that layers made in one expression can be drawn in the order in which
// they stand there. Internal to nn.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include <xgrad/autograd/random.h>
#include <xgrad/autograd/variable.h>

namespace xgrad::nn::detail {

/// One draw: from where in which stream, what it gave and how it is repeated.
struct InitialDraw {
  std::weak_ptr<Generator* const> generator;  ///< expired when that one is gone
  Generator::State before, after;
  Variables values;                   ///< leaves that it gave their values
  std::shared_ptr<Generator> stream;  ///< a stream that it split off, or null
  std::function<void(Generator&)> draw;
};

using InitialDraws = std::vector<InitialDraw>;

/// Compilers evaluate the arguments of a call in the order that suits them: of nn::Sequential(nn::Linear(2, 3),
/// nn::Linear(3, 1)) GCC makes, and draws, the last layer first. Given each argument's draws, this draws them anew in
/// the order of the arguments, unless they were in that order, do not lie one behind the other up to where the stream
/// is now, or somebody has changed a value since.
void draw_in_order(const std::vector<std::vector<InitialDraw*>>& arguments);

}  // namespace xgrad::nn::detail
