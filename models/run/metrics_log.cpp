// SPDX-License-Identifier: BSD-3-Clause
// The metrics log: each line goes to the system in one write, so that a crash tears at most the last.
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include <nlohmann/json.hpp>

#include <xgrad/autograd/error.h>
#include <xgrad/models/run/metrics_log.h>
#include <xgrad/nn/file.h>
#include <xgrad/nn/json.h>

namespace xgrad::models {

std::string metrics_up_to(std::string_view log, std::int64_t last) {
  std::string kept;
  std::size_t begin = 0;
  for (std::size_t end; (end = log.find('\n', begin)) != std::string_view::npos; begin = end + 1) {
    const std::string_view line = log.substr(begin, end - begin);
    const auto json = nn::detail::try_parse_json(line);
    if (!json.is_object() || !json.contains("step") || !json["step"].is_number_integer()) continue;
    if (json["step"].get<std::int64_t>() <= last) kept.append(line).push_back('\n');
  }
  return kept;
}

MetricsLog::MetricsLog(std::filesystem::path path, std::int64_t resume_step) : path_(std::move(path)) {
  std::error_code error;
  const bool resume = resume_step >= 0 && std::filesystem::exists(path_, error);
  nn::write_file(path_, resume ? metrics_up_to(nn::read_file(path_), resume_step) : "");
  fd_ = ::open(path_.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
  if (fd_ < 0) throw IoError("cannot open " + path_.string() + ": " + std::generic_category().message(errno));
}

MetricsLog::~MetricsLog() { ::close(fd_); }

void MetricsLog::sync() {
  if (::fsync(fd_) != 0) throw IoError("cannot sync " + path_.string() + ": " + std::generic_category().message(errno));
}

void MetricsLog::append(std::int64_t step, const std::vector<std::pair<std::string, double>>& values) {
  nlohmann::ordered_json json = {{"step", step}};
  for (const auto& [name, value] : values) json[name] = value;
  const std::string line = nn::detail::write_json(json) + "\n";
  std::string_view rest = line;
  while (!rest.empty()) {
    const ssize_t written = ::write(fd_, rest.data(), rest.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      throw IoError("cannot write " + path_.string() + ": " + std::generic_category().message(errno));
    }
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
}

}  // namespace xgrad::models
