// SPDX-License-Identifier: BSD-3-Clause
// A host program with a decimal comma and dots between thousands: what xgrad writes and reads does not change.
#include <clocale>
#include <cstdlib>
#include <functional>
#include <locale>
#include <map>
#include <sstream>
#include <string>

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include <xgrad/autograd/autograd.h>
#include <xgrad/autograd/graphviz.h>
#include <xgrad/autograd/profiler.h>
#include <xgrad/autograd/text.h>
#include <xgrad/models/data/fold.h>
#include <xgrad/models/family.h>
#include <xgrad/models/game_method.h>
#include <xgrad/models/metrics/statistics.h>
#include <xgrad/models/preset.h>
#include <xgrad/models/run/checkpoint.h>
#include <xgrad/models/run/environment.h>
#include <xgrad/models/run/metrics_log.h>
#include <xgrad/nn/json.h>
#include <xgrad/nn/nn.h>
#include <xgrad/optim/optim.h>

#include "program.h"
#include "temporary_folder.h"

using namespace xgrad;

namespace {

/// German as C and C++ have it, made by localedef in a folder of its own; back to what was when it goes.
class German {
 public:
  enum class Of { c, cpp };
  explicit German(Of of) {
    const std::string made =
        "localedef -i de_DE -f UTF-8 --no-archive '" + folder_.file("de_DE.UTF-8") + "' 2>/dev/null";
    if (std::system(made.c_str()) != 0) return;
    setenv("LOCPATH", folder_.path().c_str(), 1);
    if (of == Of::c) there_ = std::setlocale(LC_ALL, "de_DE.UTF-8") != nullptr;
    if (of == Of::cpp) {
      before_ = std::locale::global(std::locale("de_DE.UTF-8"));
      there_ = true;
    }
    unsetenv("LOCPATH");
  }
  ~German() {
    std::locale::global(before_);
    std::setlocale(LC_ALL, "C");
  }
  German(const German&) = delete;
  German& operator=(const German&) = delete;

  bool there() const { return there_; }

 private:
  tests::TemporaryFolder folder_;
  std::locale before_;
  bool there_ = false;
};

template <class F>
std::string error_of(const F& f) {
  try {
    f();
  } catch (const Error& e) {
    return e.what();
  }
  return "nothing was thrown";
}

/// One of each kind of text that a program may read.
std::map<std::string, std::string> texts() {
  std::map<std::string, std::string> all;
  const tests::TemporaryFolder folder;
  all["array"] = to_string(Array::from<double>({0.5, 1234567.25, -1e-9}, {3}));
  std::ostringstream stream;
  stream.imbue(std::locale::classic());
  stream << Array::from<float>({1.5F, 2000.0F}, {2});
  all["array in a stream"] = stream.str();
  all["shape"] = to_string(Shape{1000, 2000});
  all["graph"] = to_dot(sum(zeros({1000, 1}).requires_grad_()));
  all["dropout"] = nn::Dropout(0.25).describe();
  all["activation"] = nn::LeakyReLU(0.125).describe();
  all["upsample"] = nn::Upsample(1.5).describe();
  all["linear"] = nn::Linear(1000, 2000).describe();
  all["optimiser's error"] = error_of([] { optim::Adam({zeros({1}).requires_grad_()}, {.lr = -0.5}); });
  all["clamp's error"] = error_of([] { clamp(zeros({1}), 1.5, 0.5); });
  all["uniform's error"] = error_of([] { uniform({1}, 1.5, 0.5); });
  all["clip's error"] = error_of([] {
    Variables none;
    optim::clip_value_(none, -0.5);
  });
  all["quantile's error"] = error_of([] { models::quantile({1.0}, 1.5); });
  all["loss's error"] = error_of([] {
    nn::cross_entropy(zeros({1, 2}), zeros({1}, DType::int64), {.label_smoothing = 1.5});
  });
  all["preset"] = models::to_string(models::find_preset("wgan-gp").optimizer);
  all["family"] = models::Inpainting{}.constants();
  all["method"] = models::to_string(models::GameMethod{.kind = models::GameMethod::Kind::consensus, .gamma = 0.5});
  all["json"] = nn::detail::write_json(nlohmann::json{{"x", 0.1}, {"n", 1234567}, {"big", 1.5e300}});
  all["json read"] = nn::detail::parse_json("[0.5, 1e-3, 12345.678]").dump();
  all["fold"] = std::to_string(models::parse_fold("2/10").count);
  all["einsum"] = to_string(einsum("ij,jk->ik", {ones({2, 3}), ones({3, 2})}).array());
  {
    models::MetricsLog log(folder.path() / "metrics.jsonl");
    log.append(1234567, {{"loss_d", 0.125}, {"steps_per_second", 12345.5}});
  }
  all["metrics"] = tests::content(folder.path() / "metrics.jsonl");
  models::Checkpoint checkpoint;
  checkpoint.step = 1234567;
  checkpoint.state = R"({"lr": 0.001})";
  checkpoint.arrays.emplace_back("G.w", Array::from<float>({0.5F}, {1}));
  models::save_checkpoint(folder.file("c.safetensors"), checkpoint);
  all["checkpoint"] = tests::content(folder.file("c.safetensors"));
  all["checkpoint read"] = models::load_checkpoint(folder.file("c.safetensors")).state;
  all["environment"] = models::environment_json({});
  return all;
}

}  // namespace

TEST_CASE("formatted: numbers as printf writes them in the locale C, however long the text") {
  CHECK(detail::formatted("%.3f and %d", 0.5, 1000) == "0.500 and 1000");
  CHECK(detail::formatted("%s", std::string(1000, 'x').c_str()) == std::string(1000, 'x'));
  CHECK(detail::formatted("%255s|", "x").size() == 256);
  CHECK(detail::formatted("%s", "").empty());
  CHECK(detail::text_of(0.25) == "0.25");
  CHECK(detail::text_of(1e-8) == "1e-08");
  CHECK(detail::text_of(100000) == "100000");
}

TEST_CASE("texts are the same under a locale with a decimal comma") {
  const auto classic = texts();
  for (const auto of : {German::Of::c, German::Of::cpp}) {
    const German german(of);
    if (!german.there()) {
      MESSAGE("localedef cannot make de_DE here, so nothing was tried");
      return;
    }
    if (of == German::Of::c) {
      char text[8];
      std::snprintf(text, sizeof text, "%.1f", 0.5);
      REQUIRE(std::string(text) == "0,5");
    } else {
      std::ostringstream text;
      text << 1234567 << " " << 0.5;
      REQUIRE(text.str() == "1.234.567 0,5");
    }
    for (const auto& text : texts()) {
      CAPTURE(text.first);
      CHECK(text.second == classic.at(text.first));
    }
  }
}

TEST_CASE("a trace is JSON and a profile's table has points under a locale with a decimal comma") {
  for (const auto of : {German::Of::c, German::Of::cpp}) {
    const German german(of);
    if (!german.there()) return;
    const tests::TemporaryFolder folder;
    Profile profile;
    {
      const ProfilerGuard guard(profile);
      const ProfileScope scope("layer");
      const Variable x = normal({200, 200});
      sum(matmul(x, x)).item();
    }
    profile.chrome_trace(folder.file("trace.json"));
    const auto trace = nlohmann::json::parse(tests::content(folder.file("trace.json")));
    std::int64_t flops = 0;
    for (const auto& event : trace.at("traceEvents")) {
      CHECK(event.at("ts").is_number_float());
      CHECK(event.at("dur").get<double>() >= 0.0);
      if (event.at("name") == "matmul") flops = event.at("args").at("flops").get<std::int64_t>();
    }
    CHECK(flops == 2 * 200 * 200 * 200);
    const std::string table = profile.table();
    CHECK(table.find(',') == std::string::npos);
    CHECK(table.find(" 0.0160 ") != std::string::npos);  // billions of operations
  }
}
