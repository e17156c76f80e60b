// SPDX-License-Identifier: BSD-3-Clause
// One linear map for all pieces, then their maximum.
#include <xgrad/nn/maxout.h>

#include <string>

#include <xgrad/autograd/error.h>
#include <xgrad/autograd/ops.h>

namespace xgrad::nn {

namespace {

std::int64_t checked(std::int64_t in, std::int64_t out, std::int64_t pieces) {
  if (in < 1 || out < 1 || pieces < 1) {
    throw ValueError("[Maxout] in, out and pieces must be positive, got " + std::to_string(in) + ", " +
                     std::to_string(out) + " and " + std::to_string(pieces));
  }
  return pieces * out;
}

}  // namespace

Maxout::Maxout(std::int64_t in, std::int64_t out, std::int64_t pieces, Generator& generator)
    : in_(in),
      out_(out),
      count_(pieces),
      pieces_(register_module("pieces", Linear(in, checked(in, out, pieces), {}, generator))) {}

Variable Maxout::forward(const Variable& x) {
  const Variable all = pieces_(x);
  Shape apart = all.shape();
  apart[apart.rank() - 1] = count_;
  apart.push_back(out_);
  return max(reshape(all, apart), {-2});
}

std::string Maxout::describe() const {
  return "Maxout(" + std::to_string(in_) + ", " + std::to_string(out_) + ", pieces=" + std::to_string(count_) + ")";
}

}  // namespace xgrad::nn
