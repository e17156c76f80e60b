// SPDX-License-Identifier: BSD-3-Clause
// What computes here: the names, the warnings, and that a oneDNN that was built with is really used.
#include <cstdlib>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <xgrad/autograd/kernels/onednn.h>
#include <xgrad/autograd/kernels/simd/table.h>
#include <xgrad/autograd/machine.h>
#include <xgrad/autograd/parallel.h>

using namespace xgrad;

TEST_CASE("a core of OpenBLAS below the processor is warned of, with the name that suits") {
  const std::vector<std::string> sse{"sse4_2"}, avx{"sse4_2", "avx"}, avx2{"sse4_2", "avx", "avx2", "fma"};
  const std::vector<std::string> avx512{"sse4_2", "avx", "avx2", "fma", "avx512f", "avx512bw", "avx512dq", "avx512vl"};
  using detail::blas_core_warning;
  CHECK(blas_core_warning("Prescott", avx512).find("OPENBLAS_CORETYPE=SkylakeX") != std::string::npos);
  CHECK(blas_core_warning("Prescott", avx2).find("OPENBLAS_CORETYPE=Haswell") != std::string::npos);
  CHECK(blas_core_warning("Nehalem", avx).find("OPENBLAS_CORETYPE=Sandybridge") != std::string::npos);
  CHECK(blas_core_warning("Zen", avx512).find("AVX2, while it has AVX-512") != std::string::npos);
  for (const char* core : {"SkylakeX", "Cooperlake", "SapphireRapids"}) CHECK(blas_core_warning(core, avx512).empty());
  for (const char* core : {"Haswell", "Zen", "SkylakeX"}) CHECK(blas_core_warning(core, avx2).empty());
  CHECK(blas_core_warning("Prescott", sse).empty());
  CHECK(blas_core_warning("NEOVERSEN1", {"asimd"}).empty());
  CHECK(blas_core_warning("", avx512).empty());
}

TEST_CASE("the machine is told as it is") {
  const Machine m = machine();
  CHECK(m.threads == num_threads());
  CHECK_FALSE(m.threads_why.empty());
  CHECK_FALSE(m.blas.empty());
  CHECK_FALSE(m.products.empty());
#if defined(__x86_64__)
  const std::string sets = kernels::simd::selected() == kernels::simd::Isa::avx512 ? "AVX-512"
                           : kernels::simd::selected() == kernels::simd::Isa::avx2 ? "AVX2"
                                                                                   : "SSE2";
  CHECK(m.kernels == sets);
  CHECK(kernels::simd::table().lanes == (sets == "AVX-512" ? 16 : sets == "AVX2" ? 8 : 4));
#elif defined(__aarch64__)
  CHECK(m.kernels == "NEON");
  CHECK(kernels::simd::table().lanes == 4);
#endif
  const int before = num_threads();
  set_num_threads(before);
  CHECK(machine().threads_why == "set_num_threads");
}

#ifdef XGRAD_ONEDNN
TEST_CASE("the oneDNN that was built with is loaded, and convolves") {
  namespace onednn = kernels::detail::onednn;
  REQUIRE(onednn::available());
  const std::string version = onednn::version();
  CHECK(version.substr(0, version.rfind('.')) == XGRAD_ONEDNN_VERSION);
  // 16 channels of ones, 16 filters of ones of 3 x 3: every output is 16 * 9.
  const kernels::detail::ConvShape s{1, 16, 16, 1, {10, 10}, {3, 3}, {8, 8}, {1, 1}, {0, 0}, {1, 1}};
  const std::vector<float> x(1600, 1.0F), w(16 * 16 * 9, 1.0F);
  std::vector<float> y(16 * 64, 0.0F), gx(1600, 0.0F), gw(w.size(), 0.0F);
  REQUIRE(onednn::forward(s, x.data(), w.data(), nullptr, y.data()));
  for (const float value : y) CHECK(value == 144.0F);
  REQUIRE(onednn::input_adjoint(s, y.data(), w.data(), nullptr, gx.data()));
  CHECK(gx[0] == 144.0F * 16);               // one window sees the corner
  CHECK(gx[5 * 10 + 5] == 144.0F * 16 * 9);  // nine see the middle
  REQUIRE(onednn::weight_adjoint(s, x.data(), y.data(), gw.data()));
  for (const float value : gw) CHECK(value == 144.0F * 64);
}
#endif
