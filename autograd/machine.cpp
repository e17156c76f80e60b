// SPDX-License-Identifier: BSD-3-Clause
// Asks /proc/cpuinfo, the dispatcher of kernels, OpenBLAS, oneDNN and the pool.
#include <xgrad/autograd/machine.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <sstream>
#include <string_view>

#include <xgrad/autograd/kernels/blas_library.h>
#include <xgrad/autograd/kernels/convolution.h>
#include <xgrad/autograd/kernels/onednn.h>
#include <xgrad/autograd/kernels/simd/table.h>
#include <xgrad/autograd/parallel.h>
#include <xgrad/autograd/processors.h>

namespace xgrad {
namespace {

/// The value of the first line of /proc/cpuinfo that has one of these names: x86 and ARM have their own.
std::string cpu_info(std::initializer_list<std::string_view> names) {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    const std::size_t colon = line.find(':');
    if (colon == std::string::npos) continue;
    const std::string_view name = std::string_view(line).substr(0, line.find_last_not_of(" \t", colon - 1) + 1);
    if (std::ranges::find(names, name) != names.end()) return line.substr(std::min(colon + 2, line.size()));
  }
  return "";
}

std::string processor() {
  std::string name = cpu_info({"model name", "Model", "Hardware", "cpu model"});
  if (name.empty()) {
    const std::string part = cpu_info({"CPU part"});
    if (!part.empty()) name = "ARM, implementer " + cpu_info({"CPU implementer"}) + ", part " + part;
  }
  return name;
}

std::vector<std::string> instruction_sets() {
  static constexpr std::array<std::string_view, 8> vectors{"sse4_2", "avx", "avx2", "fma",
                                                           "asimd",  "sve", "sve2", "neon"};
  std::vector<std::string> found;
  std::istringstream flags(cpu_info({"flags", "Features"}));
  for (std::string flag; flags >> flag;) {
    if (std::ranges::find(vectors, flag) != vectors.end() || flag.starts_with("avx512")) found.push_back(flag);
  }
  return found;
}

const char* kernel_set() noexcept {
  switch (kernels::simd::selected()) {
    case kernels::simd::Isa::avx512:
      return "AVX-512";
    case kernels::simd::Isa::avx2:
      return "AVX2";
    case kernels::simd::Isa::baseline:
      break;
  }
#if defined(__x86_64__)
  return "SSE2";
#elif defined(__aarch64__)
  return "NEON";
#else
  return "scalar";
#endif
}

/// How wide OpenBLAS's kernels for a core of x86 are: 0 of 128 bits, 1 of 256, 2 with fused multiply-adds, 3 of 512.
int level_of_core(std::string_view core) noexcept {
  constexpr std::array<std::string_view, 3> wide{"SkylakeX", "Cooperlake", "SapphireRapids"};
  constexpr std::array<std::string_view, 3> fused{"Haswell", "Zen", "Excavator"};
  constexpr std::array<std::string_view, 4> avx{"Sandybridge", "Bulldozer", "Piledriver", "Steamroller"};
  constexpr std::array<std::string_view, 11> sse{"Prescott", "Core2",   "Penryn",       "Dunnington", "Nehalem", "Atom",
                                                 "Athlon",   "Opteron", "Opteron_SSE3", "Barcelona",  "Bobcat"};
  const auto in = [core](const auto& names) { return std::ranges::find(names, core) != names.end(); };
  if (in(wide)) return 3;
  if (in(fused)) return 2;
  if (in(avx)) return 1;
  return in(sse) ? 0 : -1;
}

}  // namespace

std::string detail::blas_core_warning(const std::string& core, const std::vector<std::string>& sets) {
  const auto has = [&sets](const char* name) { return std::ranges::find(sets, name) != sets.end(); };
  const int there = has("avx512f") && has("avx512bw") && has("avx512dq") && has("avx512vl") ? 3
                    : has("avx2") && has("fma")                                             ? 2
                    : has("avx")                                                            ? 1
                                                                                            : 0;
  const int used = level_of_core(core);
  if (used < 0 || used >= there) return "";
  static constexpr std::array<const char*, 4> widths{"SSE", "AVX", "AVX2", "AVX-512"};
  static constexpr std::array<const char*, 4> remedies{"", "Sandybridge", "Haswell", "SkylakeX"};
  const auto name = [](const auto& names, int level) { return std::string(names[static_cast<std::size_t>(level)]); };
  return "OpenBLAS takes this processor for a " + core + " and multiplies with " + name(widths, used) +
         ", while it has " + name(widths, there) + "; set OPENBLAS_CORETYPE=" + name(remedies, there) +
         ", or install a newer OpenBLAS";
}

Machine machine() {
  Machine m;
  m.processor = processor();
  m.instruction_sets = instruction_sets();
  m.kernels = kernel_set();
  const auto blas = kernels::detail::describe_blas();
  m.blas = blas.name;
  m.blas_core = blas.core;
  m.blas_threads = blas.threads;
  m.products =
      kernels::simd::table().product != nullptr ? "float32 of few rows or terms by xgrad, others by BLAS" : "by BLAS";
  m.onednn = kernels::detail::onednn::version();
  const bool onednn = !m.onednn.empty();
  switch (kernels::conv_backend()) {
    case kernels::ConvBackend::gemm:
      m.convolutions = "by matrix products, as XGRAD_CONV says";
      break;
    case kernels::ConvBackend::onednn:
      m.convolutions = onednn ? "float32 by oneDNN, as XGRAD_CONV says, float64 by matrix products"
                              : "by matrix products: XGRAD_CONV says oneDNN, which is not there";
      break;
    case kernels::ConvBackend::automatic:
      m.convolutions = onednn ? "float32 by oneDNN where it is faster, others by matrix products"
                              : "by matrix products: oneDNN is not there";
      break;
  }
  m.threads = num_threads();
  m.threads_why = detail::threads_why();
  if (std::string warning = detail::blas_core_warning(m.blas_core, m.instruction_sets); !warning.empty()) {
    m.warnings.push_back(std::move(warning));
  }
  if (!onednn && kernels::conv_backend() != kernels::ConvBackend::gemm) {
    m.warnings.push_back("no oneDNN of the version that xgrad was built with; convolutions are slower without it");
  }
  return m;
}

}  // namespace xgrad
