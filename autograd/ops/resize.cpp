// SPDX-License-Identifier: BSD-3-Clause
// Channels turned into pixels and back: axes split, permuted and merged.
#include <xgrad/autograd/ops/resize.h>

#include <string>

#include <xgrad/autograd/error.h>
#include <xgrad/autograd/naming.h>
#include <xgrad/autograd/ops/shape.h>

namespace xgrad {

namespace {

/// Replaces the last three axes by `middle` and permutes the five new ones, then merges them to extents that
/// are products.
Variable rearrange(const char* op, const Variable& x, const std::array<std::int64_t, 5>& middle,
                   const std::array<std::int64_t, 5>& order, const std::array<Axes, 3>& last) {
  return detail::named(op, [&] {
    const Shape leading(x.shape().begin(), x.rank() - 3);
    Shape split = leading, merged = leading;
    Axes perm;
    for (std::size_t i = 0; i < leading.rank(); ++i) perm.push_back(static_cast<std::int64_t>(i));
    for (const std::int64_t extent : middle) split.push_back(extent);
    for (const std::int64_t axis : order) perm.push_back(static_cast<std::int64_t>(leading.rank()) + axis);
    for (const Axes& factors : last) merged.push_back(Shape(factors).numel());
    return reshape(permute(reshape(x, split), perm), merged);
  });
}

void check_images(const std::string& name, const Variable& x, std::int64_t r) {
  if (r < 1) throw ValueError(name + "the factor must be at least 1, got " + std::to_string(r));
  if (x.rank() < 3) throw ShapeError(name + "takes (..., C, H, W), got " + to_string(x.shape()));
}

}  // namespace

Variable pixel_shuffle(const Variable& x, std::int64_t r) {
  const std::string name = "[pixel_shuffle] ";
  check_images(name, x, r);
  const std::int64_t channels = x.size(-3), h = x.size(-2), w = x.size(-1);
  const xgrad::detail::Wide square = xgrad::detail::Wide{r} * r;
  if (channels % square != 0) {
    throw ShapeError(name + std::to_string(channels) + " channels do not divide by " + std::to_string(r) + "^2");
  }
  const auto c = static_cast<std::int64_t>(channels / square);
  return rearrange("pixel_shuffle", x, {c, r, r, h, w}, {0, 3, 1, 4, 2}, {Axes{c}, Axes{h, r}, Axes{w, r}});
}

Variable pixel_unshuffle(const Variable& x, std::int64_t r) {
  const std::string name = "[pixel_unshuffle] ";
  check_images(name, x, r);
  const std::int64_t c = x.size(-3), height = x.size(-2), width = x.size(-1);
  if (height % r != 0 || width % r != 0) {
    throw ShapeError(name + "an image of " + std::to_string(height) + " x " + std::to_string(width) +
                     " pixels does not divide by " + std::to_string(r));
  }
  const std::int64_t h = height / r, w = width / r;
  return rearrange("pixel_unshuffle", x, {c, h, r, w, r}, {0, 2, 4, 1, 3}, {Axes{c, r, r}, Axes{h}, Axes{w}});
}

}  // namespace xgrad
