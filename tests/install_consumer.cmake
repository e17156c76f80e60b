# SPDX-License-Identifier: BSD-3-Clause
# Installs the build tree into a fresh prefix, then builds and runs tests/consumer against it, by CMake and by pkg-config.
# Run by ctest with BUILD_DIR, SOURCE_DIR, WORK_DIR, GENERATOR, CXX, CXX_FLAGS, CONFIG, PKG_CONFIG.
cmake_minimum_required(VERSION 3.22)
file(REMOVE_RECURSE "${WORK_DIR}")
set(prefix "${WORK_DIR}/a prefix")  # paths may hold spaces

function(run)
  execute_process(COMMAND ${ARGV} COMMAND_ERROR_IS_FATAL ANY)
endfunction()

run("${CMAKE_COMMAND}" --install "${BUILD_DIR}" --config "${CONFIG}" --prefix "${prefix}")
run("${CMAKE_COMMAND}" -G "${GENERATOR}" -S "${SOURCE_DIR}/tests/consumer" -B "${WORK_DIR}/build"
  "-DCMAKE_PREFIX_PATH=${prefix}" "-DCMAKE_CXX_COMPILER=${CXX}" "-DCMAKE_CXX_FLAGS=${CXX_FLAGS}"
  "-DCMAKE_BUILD_TYPE=${CONFIG}")
run("${CMAKE_COMMAND}" --build "${WORK_DIR}/build")
run("${WORK_DIR}/build/consumer")

if(PKG_CONFIG)
  file(GLOB_RECURSE pc "${prefix}/xgrad.pc")
  cmake_path(GET pc PARENT_PATH pc_dir)
  set(ENV{PKG_CONFIG_PATH} "${pc_dir}")
  execute_process(COMMAND "${PKG_CONFIG}" --cflags --libs xgrad OUTPUT_VARIABLE flags COMMAND_ERROR_IS_FATAL ANY)
  separate_arguments(flags UNIX_COMMAND "${flags}")
  separate_arguments(cxx_flags UNIX_COMMAND "${CXX_FLAGS}")
  run("${CXX}" -std=c++20 ${cxx_flags} "${SOURCE_DIR}/tests/consumer/main.cpp" -o "${WORK_DIR}/by_pkgconfig" ${flags})
  set(ENV{LD_LIBRARY_PATH} "${pc_dir}/..")
  run("${WORK_DIR}/by_pkgconfig")
endif()
