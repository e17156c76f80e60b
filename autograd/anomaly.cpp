// SPDX-License-Identifier: BSD-3-Clause
// Anomaly mode: checking outputs and describing the place of a call.
#include <xgrad/autograd/anomaly.h>

#include <cxxabi.h>
#include <dlfcn.h>
#include <execinfo.h>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>

#include <xgrad/autograd/array.h>
#include <xgrad/autograd/error.h>
#include <xgrad/autograd/kernels/elementwise.h>
#include <xgrad/autograd/text.h>

namespace xgrad::detail {

namespace {

std::string demangle(const char* name) {
  int status = 0;
  const std::unique_ptr<char, decltype(&std::free)> text(abi::__cxa_demangle(name, nullptr, nullptr, &status),
                                                         &std::free);
  return status == 0 ? text.get() : name;
}

/// "function" where the symbol is known (programs linked with -rdynamic), else "program +0x1f2e" for addr2line.
std::string describe(void* address) {
  Dl_info info{};
  if (dladdr(address, &info) == 0) return "?";
  if (info.dli_sname != nullptr) return demangle(info.dli_sname);
  const auto offset = reinterpret_cast<std::uintptr_t>(address) - reinterpret_cast<std::uintptr_t>(info.dli_fbase);
  return (info.dli_fname != nullptr ? info.dli_fname : "?") + detail::formatted(" +0x%jx", std::uintmax_t{offset});
}

bool internal(const std::string& frame) {
  return frame.starts_with("xgrad::detail::") || frame.find("xgrad::apply<") != std::string::npos ||
         frame.find("xgrad::detail::apply<") != std::string::npos;
}

}  // namespace

std::string describe_call_site() {
  constexpr int max_frames = 32;
  constexpr int shown = 8;
  std::array<void*, max_frames> frames{};
  const int n = backtrace(frames.data(), max_frames);
  std::string text;
  for (int i = 1, lines = 0; i < n && lines < shown; ++i) {
    const std::string frame = describe(frames[static_cast<std::size_t>(i)]);
    if (internal(frame)) continue;
    text += (text.empty() ? "  " : "\n  ") + frame;
    ++lines;
  }
  return text;
}

void check_forward_anomaly(const char* op, const Array& output) {
  if (!is_floating(output.dtype()) || kernels::all_finite(output)) return;
  throw AnomalyError("[" + std::string(op) + "] made a NaN or an infinity; called at\n" + describe_call_site());
}

}  // namespace xgrad::detail
