// SPDX-License-Identifier: BSD-3-Clause
// The profiler: what it counts, where it puts it, and that others can read its trace.
#include <doctest/doctest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include <xgrad/autograd/autograd.h>
#include <xgrad/autograd/compile.h>
#include <xgrad/nn/activation.h>
#include <xgrad/nn/linear.h>
#include <xgrad/nn/sequential.h>
#include <xgrad/optim/sgd.h>

#include "program.h"
#include "temporary_folder.h"

using namespace xgrad;

namespace {

const Profile::Op& row(const std::vector<Profile::Op>& rows, std::string_view name, bool rule) {
  const auto found =
      std::find_if(rows.begin(), rows.end(), [&](const auto& r) { return r.name == name && r.rule == rule; });
  REQUIRE_MESSAGE(found != rows.end(), std::string(name));
  return *found;
}

bool has(const std::vector<Profile::Op>& rows, const std::string& name) {
  return std::any_of(rows.begin(), rows.end(), [&](const auto& r) { return r.name == name; });
}

const Profile::Layer& layer(const std::vector<Profile::Layer>& rows, std::string_view path) {
  const auto found = std::find_if(rows.begin(), rows.end(), [&](const auto& r) { return r.path == path; });
  REQUIRE_MESSAGE(found != rows.end(), std::string(path));
  return *found;
}

}  // namespace

TEST_CASE("profiler: calls, bytes and FLOPs of ops and rules") {
  const Variable x = ones({4, 6}).requires_grad_();
  const Variable w = ones({6, 5}).requires_grad_();
  Profile profile;
  {
    const ProfilerGuard guard(profile);
    const Variable y = sum(tanh(matmul(x, w)));
    grad(y, {x, w});
  }
  tanh(x);  // unseen
  const auto ops = profile.ops();
  const auto& product = row(ops, "matmul", false);
  CHECK(product.calls == 3);  // forward, and one for each gradient
  CHECK(product.flops == 3 * 2 * 4 * 5 * 6);
  CHECK(product.bytes == 3 * 4 * (4 * 6 + 6 * 5 + 4 * 5));
  const auto& rule = row(ops, "matmul", true);
  CHECK(rule.calls == 1);
  CHECK(rule.flops == 2 * 2 * 4 * 5 * 6);
  CHECK(rule.total_ms >= rule.self_ms);
  const auto& activation = row(ops, "tanh", false);
  CHECK(activation.calls == 1);
  CHECK(activation.flops == 20);
  CHECK(activation.bytes == 2 * 4 * 20);
  for (std::size_t i = 1; i < ops.size(); ++i) CHECK(ops[i - 1].self_ms >= ops[i].self_ms);
  double sum_of_selves = 0;
  for (const auto& op : ops) sum_of_selves += op.self_ms;
  CHECK(sum_of_selves <= profile.total_ms());
}

TEST_CASE("profiler: convolutions and batched products have the FLOPs of their definition") {
  Profile profile;
  const Variable x = ones({2, 3, 8, 8}).requires_grad_(), w = ones({4, 3, 3, 3}).requires_grad_();
  {
    const ProfilerGuard guard(profile);
    const Variable y = conv2d(x, w, {}, {.stride = {2, 2}, .padding = {1, 1}});  // (2, 4, 4, 4)
    grad(sum(y), {x, w});
    einsum("bij,bjk->bik", {ones({7, 2, 3}), ones({7, 3, 5})});
  }
  const std::int64_t terms = 2 * 4 * 4 * 4 * 3 * 3 * 3;
  std::int64_t flops = 0;
  for (const auto& op : profile.ops()) {
    if (!op.rule && op.name.find("conv") == 0) flops += op.flops;
  }
  CHECK(flops == 3 * 2 * terms);
  CHECK(row(profile.ops(), "matmul", false).flops == 2 * 7 * 2 * 3 * 5);
}

TEST_CASE("profiler: layers own what they run, and what their rules run") {
  nn::Sequential net{nn::Linear(8, 16), nn::Tanh(), nn::Linear(16, 1)};
  optim::SGD sgd(net.parameters(), {.lr = 0.1});
  Profile profile;
  const Variable x = ones({32, 8}).requires_grad_();
  {
    const ProfilerGuard guard(profile);
    const ProfileScope step("step");
    const Variable y = net(x);
    const Variable slope = grad(sum(y), x, {.create_graph = true});
    sgd.step(grad(mean(square(slope)) + mean(y), net.parameters(), {.allow_unused = true, .materialize_zeros = true}));
  }
  const auto layers = profile.layers();
  CHECK(layers.front().path == "step");
  const auto& first = layer(layers, "step > Sequential > Linear(8, 16)");
  const auto& last = layer(layers, "step > Sequential > Linear(16, 1)");
  const auto& whole = layer(layers, "step > Sequential");
  CHECK(first.calls == 1);
  CHECK(first.forward_ms > 0);
  CHECK(first.backward_ms > 0);
  CHECK(first.flops > last.flops);
  CHECK(whole.flops >= first.flops + last.flops);
  CHECK(whole.backward_ms >= first.backward_ms + last.backward_ms);
  layer(layers, "step > SGD");
  layer(layers, "step > backward");
}

TEST_CASE("profiler: a replayed step shows its instructions") {
  const Variable w = ones({6, 5}).requires_grad_();
  auto step = compile([&](const Variables& in) { return grad(sum(tanh(matmul(in[0], w))), Variables{w}); });
  const Variable x = ones({4, 6});
  step({x});
  Profile profile;
  {
    const ProfilerGuard guard(profile);
    step({x});
  }
  CHECK(row(profile.ops(), "matmul", false).calls == 2);
  CHECK(row(profile.ops(), "matmul", false).flops == 2 * 2 * 4 * 5 * 6);
}

TEST_CASE("profiler: a guard within a guard, a guard after a guard, and errors on the way") {
  const Variable x = ones({3});
  Profile outer, inner;
  {
    const ProfilerGuard first(outer);
    exp(x);
    {
      const ProfilerGuard second(inner);
      log(x);
    }
    CHECK_THROWS_AS(matmul(ones({2, 3}), ones({2, 3})), ShapeError);
    exp(x);
  }
  {
    const ProfilerGuard again(outer);
    exp(x);
  }
  CHECK(row(outer.ops(), "exp", false).calls == 3);
  CHECK(row(inner.ops(), "log", false).calls == 1);
  CHECK_FALSE(has(outer.ops(), "log"));
  CHECK(outer.table().find("exp") != std::string::npos);
}

TEST_CASE("profiler: the trace is JSON whose events nest") {
  const tests::TemporaryFolder folder;
  const std::string path = (folder.path() / "trace.json").string();
  Profile profile;
  {
    const ProfilerGuard guard(profile);
    const ProfileScope quoted("a \"name\"");
    const Variable x = ones({4}).requires_grad_();
    grad(sum(tanh(x)), x);
  }
  profile.chrome_trace(path);
  const auto trace = nlohmann::json::parse(tests::content(path));
  const auto& events = trace.at("traceEvents");
  bool named = false;
  double begin = 0, end = 0;
  for (const auto& e : events) {
    CHECK(e.at("ph") == "X");
    CHECK(e.at("dur").get<double>() >= 0);
    if (e.at("name") != "a \"name\"") continue;
    named = true;
    begin = e.at("ts");
    end = begin + e.at("dur").get<double>();
  }
  CHECK(named);
  for (const auto& e : events) {
    CHECK(e.at("ts").get<double>() >= begin);
    CHECK(e.at("ts").get<double>() + e.at("dur").get<double>() <=
          end + 0.002);  // microseconds, rounded to three places
  }
  CHECK_THROWS_AS(profile.chrome_trace((folder.path() / "no" / "folder.json").string()), IoError);
}

TEST_CASE("an op that does not vary with an input computes nothing for it") {
  // The second derivative of a leaky ReLU is zero everywhere, so that its first layer's product need not be undone.
  const Variable x = ones({3, 4}).requires_grad_();
  const Variable w = ones({4, 5});
  const Variable slope = grad(sum(leaky_relu(matmul(tanh(x), w), 0.2)), x, {.create_graph = true});
  Profile profile;
  Variable second;
  {
    const ProfilerGuard guard(profile);
    second = grad(sum(slope), x);
  }
  CHECK_FALSE(has(profile.ops(), "matmul"));
  CHECK(second.defined());
  // Where nothing else flows, the gradient is zero and not an error.
  const Variable kinked = grad(sum(leaky_relu(x, 0.2)), x, {.create_graph = true});
  CHECK(grad(sum(kinked), x).array().to_vector<double>() == std::vector<double>(12, 0.0));
}
