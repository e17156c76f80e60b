// SPDX-License-Identifier: BSD-3-Clause
// The program around the workloads: flags, environment, one process per measurement, one JSON line each.
#include "harness.h"

#include <dlfcn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <system_error>

namespace bench {
namespace {

/// True when the variable already had this value.
bool set_environment(const char* name, const std::string& value) {
  const char* current = std::getenv(name);
  if (current && current == value) return true;
  setenv(name, value.c_str(), 1);
  return false;
}

[[noreturn]] void execute_self(char** argv) {
  execv("/proc/self/exe", argv);
  throw std::system_error(errno, std::generic_category(), "execv /proc/self/exe");
}

/// Each workload in a fresh process: no warmed allocator, peak memory of its own.
int run_each(const std::vector<std::string>& workloads, int argc, char** argv) {
  int status = 0;
  for (const std::string& workload : workloads) {
    std::vector<std::string> arguments(argv, argv + argc);
    arguments.insert(arguments.end(), {"--workload", workload});
    const pid_t child = fork();
    if (child < 0) throw std::system_error(errno, std::generic_category(), "fork");
    if (child == 0) {
      std::vector<char*> pointers;
      for (std::string& a : arguments) pointers.push_back(a.data());
      pointers.push_back(nullptr);
      execute_self(pointers.data());
    }
    int child_status = 0;
    waitpid(child, &child_status, 0);
    if (!WIFEXITED(child_status) || WEXITSTATUS(child_status) != 0) status = 1;
  }
  return status;
}

std::string blas_core() {
  using CoreName = char* (*)();
  const auto core_name = reinterpret_cast<CoreName>(dlsym(RTLD_DEFAULT, "openblas_get_corename"));
  return core_name ? core_name() : "unknown";
}

double quantile(const std::vector<double>& sorted, double q) {
  const double position = q * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(position);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (position - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

std::string list(const std::vector<double>& values) {
  std::string text;
  for (double v : values) {
    char number[32];
    std::snprintf(number, sizeof number, "%s%.7g", text.empty() ? "" : ",", v);
    text += number;
  }
  return "[" + text + "]";
}

void print(const Peer& peer, const Options& options, Record record) {
  std::sort(record.milliseconds.begin(), record.milliseconds.end());
  const auto& ms = record.milliseconds;
  std::printf(
      "{\"peer\":\"%s\",\"workload\":\"%s\",\"threads\":%d,\"ms_per_step\":%.6g,\"min\":%.6g,\"iqr\":%.3g,"
      "\"peak_rss_mb\":%.1f,\"blas_core\":\"%s\",\"check0\":%s,\"check9\":%s,\"steps\":%zu,\"minflt_per_step\":%.4g",
      peer.name.c_str(), options.workload.c_str(), options.threads, quantile(ms, 0.5), ms.front(),
      quantile(ms, 0.75) - quantile(ms, 0.25), peak_rss_mb(), blas_core().c_str(), list(record.check0).c_str(),
      list(record.check9).c_str(), ms.size(), record.page_faults_per_step);
  if (record.system_requests_per_step) {
    std::printf(",\"system_requests_per_step\":%.4g", *record.system_requests_per_step);
  }
  for (const auto& [name, value] : record.more) std::printf(",\"%s\":%.6g", name.c_str(), value);
  std::printf("}\n");
}

}  // namespace

/// Of the process itself: getrusage would tell that of the program before the exec as well.
double peak_rss_mb() {
  std::ifstream file("/proc/self/status");
  for (std::string line; std::getline(file, line);) {
    if (line.rfind("VmHWM:", 0) == 0) return std::strtod(line.c_str() + 6, nullptr) / 1024;
  }
  return 0;
}

int program(int argc, char** argv, const Peer& peer) {
  Options options;
  int blas_threads = 0;
  CLI::App app{"Times " + peer.name + " on workloads defined by formula; one JSON line each", peer.name};
  app.add_option("--workload", options.workload, "all of them when omitted")->check(CLI::IsMember(peer.workloads));
  app.add_option("--threads", options.threads, "threads of kernels and BLAS")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--blas-threads", blas_threads, "threads of OpenBLAS, when not those of the kernels")
      ->check(CLI::PositiveNumber);
  app.add_option("--min-seconds", options.min_seconds, "time at least this long, and 30 steps")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  if (peer.has_sizes) {
    app.add_option("--size", options.size, "of the scaling workloads")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
  }
  for (const auto& [name, help] : peer.flags) {
    app.add_flag_callback(
        "--" + name, [&options, flag = name] { options.flags.push_back(flag); }, help);
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  try {
    if (options.workload.empty()) return run_each(peer.workloads, argc, argv);
    const bool omp = set_environment("OMP_NUM_THREADS", std::to_string(options.threads));
    const bool blas =
        set_environment("OPENBLAS_NUM_THREADS", std::to_string(blas_threads ? blas_threads : options.threads));
    if (!omp || !blas) execute_self(argv);
    peer.set_threads(options.threads);
    print(peer, options, peer.run(options));
    return 0;
  } catch (const std::exception& error) {
    std::cerr << peer.name << ": " << error.what() << '\n';
    return 1;
  }
}

}  // namespace bench
