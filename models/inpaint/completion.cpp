// SPDX-License-Identifier: BSD-3-Clause
// All images and all tries descend together; no row's loss depends on another's z.
#include <xgrad/models/inpaint/completion.h>

#include <xgrad/autograd/engine.h>
#include <xgrad/autograd/grad_mode.h>
#include <xgrad/autograd/ops.h>
#include <xgrad/models/inpaint/hole.h>
#include <xgrad/optim/adam.h>

namespace xgrad::models {

namespace {

// The weighted L1 distance of each row.
Variable misfit(const Variable& generated, const Variable& x, const Variable& weights) {
  return sum(flatten(weights * abs(generated - x), 1), {1});
}

}  // namespace

Completion complete(const std::function<Variable(const Variable&)>& generator,
                    const std::function<Variable(const Variable&)>& judge, const Variable& x, const Variable& hole,
                    const Variable& weights, const CompletionOptions& options, Generator& random) {
  const std::int64_t n = x.size(0);
  const Variable wanted = concat(Variables(static_cast<std::size_t>(options.tries), x));
  Variable z = normal({wanted.size(0), options.latent}, 0.0, 1.0, x.dtype(), random).requires_grad_();
  optim::Adam adam({z}, {.lr = options.lr});
  for (std::int64_t i = 0; i < options.steps; ++i) {
    const Variable generated = generator(z);
    const Variable loss = sum(misfit(generated, wanted, weights)) + options.prior * sum(softplus(-judge(generated)));
    adam.step({grad(loss, z)});
    const NoGradGuard guard;
    z.set_array(clamp(z, -options.reach, options.reach).array());
  }

  const NoGradGuard guard;
  const Variable generated = generator(z);
  const Variable left = reshape(misfit(generated, wanted, weights), {options.tries, n});
  const auto best = argmax(-left, 0).array().to_vector<double>();
  std::vector<std::int64_t> rows;
  for (std::int64_t i = 0; i < n; ++i) {
    rows.push_back(static_cast<std::int64_t>(best[static_cast<std::size_t>(i)]) * n + i);
  }
  Completion done;
  done.generated = index_select(generated, 0, tensor(rows, {n}));
  done.images = fill_in(x, done.generated, hole);
  done.misfit = min(left, {0}).array().to_vector<double>();
  return done;
}

}  // namespace xgrad::models
