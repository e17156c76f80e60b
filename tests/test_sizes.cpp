// SPDX-License-Identifier: BSD-3-Clause
// Sizes that overflow or exceed all memory: refused by a typed exception that names the op, before memory is touched.
#include <cstdint>
#include <functional>
#include <limits>
#include <new>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <xgrad/autograd/autograd.h>
#include <xgrad/autograd/compile.h>
#include <xgrad/autograd/memory.h>
#include <xgrad/autograd/random.h>

using namespace xgrad;
using doctest::Contains;
using I = std::int64_t;

namespace {

constexpr I greatest = std::numeric_limits<I>::max(), least = std::numeric_limits<I>::min();
constexpr I half = I{1} << 62;

Variable empty(const Shape& shape) { return Variable(Array(shape)); }

/// While it lives, no request of more than a MiB is answered.
class LittleMemory {
 public:
  LittleMemory() { memory::refuse_above(1 << 20); }
  ~LittleMemory() { memory::refuse_above(0); }
  LittleMemory(const LittleMemory&) = delete;
  LittleMemory& operator=(const LittleMemory&) = delete;
};

struct Call {
  std::string op;
  std::function<Variable()> f;
};

}  // namespace

TEST_CASE("a shape keeps its promise whatever is done to it") {
  Shape s{2, 3};
  CHECK_THROWS_AS(s[0] = greatest, ShapeError);
  s = {2, 3};
  CHECK_THROWS_AS(s[1] = -1, ShapeError);
  s = {2, 3};
  CHECK_THROWS_AS(s[1] += greatest, ShapeError);
  s = {2, 3};
  CHECK_THROWS_AS(s[1] -= 4, ShapeError);
  s = {2, 3};
  CHECK_THROWS_AS(s[1] *= greatest, ShapeError);
  s = {2, 3};
  CHECK_THROWS_AS(s.push_back(half), ShapeError);
  s = {2, 3};
  CHECK_THROWS_AS(s.push_back(-1), ShapeError);
  s = {2, 3};
  CHECK_THROWS_AS(s.insert(0, half), ShapeError);
  s = {2, 3};
  s[0] = 5;
  s[1] *= 2;
  ++s[1];
  s[0] = s[1];
  CHECK(s == Shape{7, 7});
  CHECK_THROWS_WITH_AS((Shape{I{1} << 32, 0, I{1} << 32}), Contains("(4294967296, 0, 4294967296)"), ShapeError);
}

TEST_CASE("results whose number of elements overflows are refused in the op's name") {
  const I w = I{1} << 32;
  const Variable label = tensor<I>({0, 1, 2, 3}, {4}), pair = ones({2}), plane = ones({1, 1, 4, 4});
  for (const Call& call : std::vector<Call>{
           {"one_hot", [&] { return one_hot(label, half + 1); }},
           {"diag_embed", [&] { return diag_embed(pair, w - 2); }},
           {"diag_embed", [&] { return diag_embed(pair, greatest); }},
           {"diag_embed", [&] { return diag_embed(pair, least); }},
           {"pad",
            [&] {
              return pad(ones({2, 2}), {{w - 2, 0}, {w - 2, 0}});
            }},
           {"pad",
            [&] {
              return pad(pair, {{greatest, greatest}});
            }},
           {"pad",
            [&] {
              return pad(pair, {{-greatest, 0}});
            }},
           {"concat",
            [&] {
              return concat({empty({half, 0}), empty({half, 0})});
            }},
           {"concat",
            [&] {
              return stack({empty({half, 0}), empty({half, 0})}, 0);
            }},
           {"matmul",
            [&] {
              return matmul(empty({w, 0}), empty({0, w}));
            }},
           {"matmul",
            [&] {
              return matmul(empty({w, 1, 0}), empty({0, w}));
            }},
           {"linear",
            [&] {
              return linear(empty({w, 1, 0}), empty({w, 0}), empty({0}));
            }},
           {"mul",
            [&] {
              return empty({w, 0, 1}) * empty({1, 0, w});
            }},
           {"reshape",
            [&] {
              return reshape(pair, {w, w, -1});
            }},
           {"embedding",
            [&] {
              return embedding(Variable(Array(Shape{w, 0}, DType::int64)), empty({0, w}));
            }},
           {"einsum",
            [&] {
              return einsum("ij,jk->ik", {empty({w, 0}), empty({0, w})});
            }},
           {"pixel_shuffle",
            [&] {
              return pixel_shuffle(empty({0, w, 1}), w);
            }},
           {"pixel_unshuffle",
            [&] {
              return pixel_unshuffle(empty({w / 2, 0, w / 2}), w / 2);
            }},
           {"max_unpool2d",
            [&] {
              return max_unpool2d(plane, Variable(Array::zeros({1, 1, 4, 4}, DType::int64)), {w, w});
            }},
           {"replication_pad2d",
            [&] {
              return replication_pad2d(plane, {greatest, greatest, 0, 0});
            }},
           {"conv_transpose2d",
            [&] {
              return conv_transpose2d(plane, ones({1, 1, 1, 1}), {}, {.stride = {1 << 30, 1}, .groups = 1});
            }},
       }) {
    CAPTURE(call.op);
    try {
      const Variable y = call.f();
      FAIL_CHECK(call.op << " gave " << to_string(y.shape()));
    } catch (const ShapeError& e) {
      const std::string what = e.what();
      CHECK_MESSAGE(what.starts_with("[" + call.op + "]"), what);
    } catch (const OutOfMemoryError& e) {
      const std::string what = e.what();
      CHECK_MESSAGE(what.starts_with("[" + call.op + "]"), what);
    }
  }
}

TEST_CASE("numbers near the ends of int64 neither wrap nor crash") {
  const Variable x = tensor<float>({0, 1, 2, 3}, {4}), m = reshape(x, {2, 2});
  const auto values = [](const Variable& v) { return v.array().to_vector<float>(); };
  using F = std::vector<float>;
  CHECK(values(slice(x, 0, 1, greatest, greatest)) == F{1});
  CHECK(values(slice(x, 0, least, greatest)) == F{0, 1, 2, 3});
  CHECK(values(slice(x, 0, std::nullopt, std::nullopt, least)) == F{3});
  CHECK(values(slice(x, 0, greatest, least, -greatest)) == F{3});
  CHECK(values(slice(x, 0, greatest, greatest)).empty());
  CHECK(values(slice_scatter(ones({1}), Shape{3}, 0, 1, greatest)) == F{0, 1, 0});
  CHECK_THROWS_AS(slice_scatter(ones({2}), Shape{3}, 0, 1, greatest), ShapeError);
  CHECK_THROWS_AS(slice_scatter(ones({2}), Shape{3}, 0, greatest, greatest), ShapeError);
  CHECK_THROWS_AS(select(x, 0, least), ValueError);
  CHECK(values(roll(x, greatest, 0)) == values(roll(x, greatest % 4, 0)));
  CHECK(values(roll(x, least, 0)) == F{0, 1, 2, 3});
  CHECK(values(tril(m, greatest)) == F{0, 1, 2, 3});
  CHECK(values(tril(m, least)) == F{0, 0, 0, 0});
  CHECK(values(triu(m, greatest)) == F{0, 0, 0, 0});
  CHECK(values(triu(m, least)) == F{0, 1, 2, 3});
  CHECK(diagonal(m, greatest).shape() == Shape{0});
  CHECK(diagonal(m, least).shape() == Shape{0});
  CHECK(split(x, greatest).size() == 1);
  CHECK(pad(x, {{-greatest, greatest - 2}}).shape() == Shape{2});
  CHECK(values(pad(x, {{half, -half - 3}})) == F{0});
  CHECK_THROWS_AS(pad(x, {{least, greatest}}), ValueError);
  CHECK_THROWS_AS(pad(x, {{-5, 0}}), ShapeError);
  CHECK_THROWS_AS(topk(x, greatest), ValueError);
  CHECK_THROWS_AS(sum(x, {least}), ShapeError);
  CHECK_THROWS_AS(permutation(-1), ShapeError);
  CHECK_THROWS_AS(arange(-1), ShapeError);
  CHECK_THROWS_WITH_AS(one_hot(tensor<I>({0}, {1}), -5), Contains("[one_hot]"), ValueError);
  CHECK_THROWS_AS(one_hot(tensor<I>({0}, {1}), least), ValueError);
  const Variable image = ones({1, 1, 4, 4}), kernel = ones({1, 1, 1, 1});
  for (const I step : {greatest, half, I{1} << 31}) {
    CHECK_THROWS_AS(conv2d(image, kernel, {}, {.stride = {step, 1}, .groups = 1}), ValueError);
    CHECK_THROWS_AS(conv2d(image, kernel, {}, {.padding = {step, 1}, .groups = 1}), ValueError);
    CHECK_THROWS_AS(conv2d(image, kernel, {}, {.dilation = {step, 1}, .groups = 1}), ValueError);
    CHECK_THROWS_AS(avg_pool2d(image, {step, 1}), ValueError);
    CHECK_THROWS_AS(max_pool2d(image, {step, 1}), ValueError);
    CHECK_THROWS_AS(pixel_unshuffle(image, step), ShapeError);
    CHECK_THROWS_AS(pixel_shuffle(image, step), ShapeError);
  }
  CHECK_THROWS_AS(conv2d(image, kernel, {}, {.groups = greatest}), ShapeError);
}

TEST_CASE("a window far larger than the image takes what is there") {
  const Variable x = tensor<float>({1, 2, 3, 4}, {1, 1, 2, 2});
  constexpr I wide = (I{1} << 31) - 1;
  const auto y = max_pool2d_with_indices(x, {wide, wide}, {.padding = {wide / 2, wide / 2}});
  CHECK(y[0].array().to_vector<float>() == std::vector<float>{4});
  CHECK(y[1].array().to_vector<I>() == std::vector<I>{3});
}

TEST_CASE("what memory lacks for is named: op, shape, bytes") {
  const I n = I{1} << 20;
  const Variable a = ones({n, 1}), b = ones({1, n}), x = ones({1024}), image = ones({1, 1, 4, 4});
  const LittleMemory little;
  struct Case {
    std::string op;
    std::function<void()> f;
  };
  for (const Case& c : std::vector<Case>{
           {"sub", [&] { a - b; }},
           {"matmul", [&] { matmul(a, b); }},
           {"zeros", [&] { zeros({I{1} << 40}); }},
           {"ones", [&] { ones({I{1} << 40}); }},
           {"full", [&] { full({I{1} << 40}, 2); }},
           {"zeros", [&] { zeros({greatest}); }},
           {"arange", [&] { arange(I{1} << 40); }},
           {"arange", [&] { arange(I{1} << 40, DType::int64); }},
           {"uniform", [&] { uniform({I{1} << 40}); }},
           {"normal", [&] { normal({I{1} << 40}); }},
           {"bernoulli", [&] { bernoulli({I{1} << 40}, 0.5); }},
           {"permutation", [&] { permutation(I{1} << 40); }},
           {"expand",
            [&] {
              expand(x, Shape{I{1} << 40, 1024});
            }},
           {"pad",
            [&] {
              pad(x, {{I{1} << 40, 0}});
            }},
           {"diag_embed", [&] { diag_embed(x, I{1} << 30); }},
           {"one_hot", [&] { one_hot(tensor<I>({0}, {1}), I{1} << 60); }},
           {"slice_scatter", [&] { slice_scatter(x, Shape{I{1} << 40}, 0, 0, 1); }},
           {"concat", [&] { concat(Variables(1000, x)); }},
           {"conv2d",
            [&] {
              conv2d(image, ones({1, 1, 1, 1}), {}, {.padding = {1 << 20, 0}, .groups = 1});
            }},
           {"upsample_nearest",
            [&] {
              upsample_nearest(image, {I{1} << 20, 4});
            }},
           {"upsample_bilinear",
            [&] {
              upsample_bilinear(image, std::array<I, 2>{I{1} << 20, 4});
            }},
           {"adaptive_avg_pool2d",
            [&] {
              adaptive_avg_pool2d(image, {I{1} << 20, 4});
            }},
           {"replication_pad2d",
            [&] {
              replication_pad2d(image, {1 << 20, 0, 0, 0});
            }},
           {"scatter_add", [&] { scatter_add(x, Shape{I{1} << 40}, 0, arange(1024, DType::int64)); }},
       }) {
    CAPTURE(c.op);
    try {
      c.f();
      FAIL_CHECK(c.op << " had memory");
    } catch (const OutOfMemoryError& e) {
      const std::string what = e.what();
      CHECK_MESSAGE(what.starts_with("[" + c.op + "] out of memory: ("), what);
      CHECK_MESSAGE(what.find(" bytes") != std::string::npos, what);
    }
  }
  CHECK_THROWS_WITH_AS(a - b, "[sub] out of memory: (1048576, 1048576) float32 needs 4398046511104 bytes (4.0 TiB)",
                       OutOfMemoryError);
  CHECK_THROWS_AS(a - b, std::bad_alloc);
}

TEST_CASE("memory that lacks on the way is named too, and a later run is well") {
  const Variable x(Array::full({64}, 2), true);
  const auto work = [&] { return sum(softmax(reshape(sort(x).values, {8, 8}), 0) * reshape(x, {8, 8})); };
  const double right = work().item();
  bool ended = false;
  for (I n = 1; !ended; ++n) {
    memory::fail_allocation_after(n);
    try {
      const Variable y = work();
      grad(y, x);
      ended = true;
    } catch (const OutOfMemoryError& e) {
      CHECK(std::string(e.what()).find("] out of memory: ") != std::string::npos);
    } catch (const std::bad_alloc&) {
      // between ops: a leaf, a hook, a list
    }
    memory::fail_allocation_after(0);
  }
  CHECK(work().item() == right);
}

TEST_CASE("a replay that lacks memory names the op") {
  const Variable x = ones({64, 64});
  auto step = compile([&](const Variables& in) { return Variables{sum(softmax(in[0], 0))}; });
  const double right = step({x})[0].item();
  step({x});
  bool ended = false;
  for (I n = 1; !ended; ++n) {
    memory::fail_allocation_after(n);
    try {
      step({x});
      ended = true;
    } catch (const std::bad_alloc&) {
    }
    memory::fail_allocation_after(0);
  }
  CHECK(step({x})[0].item() == right);
}
