# SPDX-License-Identifier: BSD-3-Clause
# What xgrad stands on. Users of the library see xtensor alone; the rest stays inside.
find_package(xtensor REQUIRED CONFIG)
find_package(OpenBLAS REQUIRED)
find_package(ZLIB REQUIRED)
find_package(Threads REQUIRED)
find_package(xsimd REQUIRED CONFIG)
find_package(nlohmann_json REQUIRED CONFIG)
find_package(CLI11 REQUIRED CONFIG)
find_path(XGRAD_XTENSOR_BLAS_INCLUDE_DIR xtensor-blas/xblas.hpp REQUIRED)
find_path(XGRAD_STB_INCLUDE_DIR stb_image_write.h PATH_SUFFIXES stb REQUIRED)
mark_as_advanced(XGRAD_XTENSOR_BLAS_INCLUDE_DIR XGRAD_STB_INCLUDE_DIR)
