// SPDX-License-Identifier: BSD-3-Clause
// The two columns and the file.
#include <xgrad/models/gan_mnist/findings.h>

#include <cstdio>

#include <nlohmann/json.hpp>

#include <xgrad/models/run/append_line.h>
#include <xgrad/nn/file.h>

namespace xgrad::gan_mnist {

void tell_figures(const models::Figures& generated, const models::Figures& real, const std::string& beside,
                  nlohmann::ordered_json& json) {
  std::printf("%-20s %12s %12s\n", "", "generated", beside.c_str());
  for (std::size_t i = 0; i < generated.size(); ++i) {
    const auto& [name, value] = generated[i];
    std::printf("%-20s %12.5g %12.5g\n", name.c_str(), value, real[i].second);
    json["generated"][name] = value;
    json["real"][name] = real[i].second;
  }
}

void write_findings(const std::filesystem::path& run, const nlohmann::ordered_json& json) {
  const std::filesystem::path out = run / "eval.json";
  models::append_line(run / "evals.jsonl", json.dump());
  nn::write_file(out.string(), json.dump(2) + "\n");
  std::printf("\nWritten: %s\n", out.c_str());
}

}  // namespace xgrad::gan_mnist
