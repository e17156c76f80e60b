// SPDX-License-Identifier: BSD-3-Clause
// The environment as JSON: compiled-in facts and the machine.
#include <algorithm>
#include <string>

#include <nlohmann/json.hpp>

#include <xgrad/autograd/error.h>
#include <xgrad/autograd/machine.h>
#include <xgrad/models/run/environment.h>
#include <xgrad/nn/json.h>

#include <xgrad_build_info.h>

namespace xgrad::models {

namespace {

using Json = nlohmann::ordered_json;

Json text_or_null(const std::string& text) { return text.empty() ? Json() : Json(text); }

std::string compiler() {
#ifdef __clang__
  return "clang " __clang_version__;
#else
  return "gcc " __VERSION__;
#endif
}

}  // namespace

std::string environment_json(const std::vector<DataFile>& data) {
  const Machine here = machine();
  const Json blas = {{"name", text_or_null(here.blas)},
                     {"core", text_or_null(here.blas_core)},
                     {"threads", here.blas_threads > 0 ? Json(here.blas_threads) : Json()}};
  Json files = Json::array();
  for (const DataFile& file : data) files.push_back({{"path", file.path.string()}, {"sha256", file.sha256}});
  const Json environment = {{"xgrad", XGRAD_VERSION},
                            {"commit", text_or_null(build_info::commit)},
                            {"compiler", compiler()},
                            {"flags", text_or_null(build_info::flags)},
                            {"threads", here.threads},
                            {"threads_why", here.threads_why},
                            {"blas", blas},
                            {"onednn", text_or_null(here.onednn)},
                            {"cpu", text_or_null(here.processor)},
                            {"instruction_sets", here.instruction_sets},
                            {"kernels", here.kernels},
                            {"products", here.products},
                            {"convolutions", here.convolutions},
                            {"warnings", here.warnings},
                            {"data", std::move(files)}};
  // A path need not be UTF-8.
  return nn::detail::write_json(environment, 2) + "\n";
}

void refuse_other_data(const std::string& environment, const std::vector<DataFile>& data) {
  const auto json = nn::detail::try_parse_json(environment);
  const auto known = json.is_object() ? json.value("data", nlohmann::json()) : nlohmann::json();
  if (!known.is_array()) return;  // nothing that could be held against them
  const auto same = [](const nlohmann::json& entry, const DataFile& file) {
    return entry.is_object() && entry.value("sha256", nlohmann::json()) == file.sha256;
  };
  const auto [entry, file] = std::mismatch(known.begin(), known.end(), data.begin(), data.end(), same);
  if (entry == known.end() && file == data.end()) return;
  throw FormatError((file == data.end() ? "of the data a file" : file->path.string()) +
                    " is not what the run was begun with, whose SHA-256 is in its env.json; put the old data back, or "
                    "begin a new run");
}

}  // namespace xgrad::models
