// SPDX-License-Identifier: BSD-3-Clause
// The environment as JSON: compiled-in facts, the processor, and OpenBLAS.
#include <algorithm>
#include <fstream>
#include <sstream>
#include <string>

#include <nlohmann/json.hpp>

#include <xgrad/autograd/error.h>
#include <xgrad/autograd/kernels/blas_library.h>
#include <xgrad/autograd/parallel.h>
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

/// The value of the first such line of /proc/cpuinfo.
std::string cpu_info(const std::string& key) {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    const std::size_t colon = line.find(':');
    if (line.compare(0, key.size(), key) == 0 && colon != std::string::npos) {
      return line.substr(std::min(colon + 2, line.size()));
    }
  }
  return "";
}

/// The processor's vector instruction sets, of which kernels choose one when they run.
Json instruction_sets() {
  Json found = Json::array();
  std::istringstream flags(cpu_info("flags"));
  for (std::string flag; flags >> flag;) {
    if (flag == "sse4_2" || flag == "avx" || flag == "avx2" || flag == "fma" || flag.compare(0, 6, "avx512") == 0) {
      found.push_back(flag);
    }
  }
  return found;
}

}  // namespace

std::string environment_json(const std::vector<DataFile>& data) {
  const auto description = kernels::detail::describe_blas();
  Json blas = {{"name", text_or_null(description.name)},
               {"core", text_or_null(description.core)},
               {"threads", description.threads > 0 ? Json(description.threads) : Json()}};
  Json files = Json::array();
  for (const DataFile& file : data) files.push_back({{"path", file.path.string()}, {"sha256", file.sha256}});
  const Json environment = {{"xgrad", XGRAD_VERSION},
                            {"commit", text_or_null(build_info::commit)},
                            {"compiler", compiler()},
                            {"flags", text_or_null(build_info::flags)},
                            {"threads", num_threads()},
                            {"blas", std::move(blas)},
                            {"cpu", text_or_null(cpu_info("model name"))},
                            {"instruction_sets", instruction_sets()},
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
