# SPDX-License-Identifier: BSD-3-Clause
# xgrad_build: how our own sources are compiled. Nothing of it reaches users of the library.
add_library(xgrad_build INTERFACE)
target_compile_features(xgrad_build INTERFACE cxx_std_20)
target_include_directories(xgrad_build INTERFACE "${PROJECT_BINARY_DIR}/include" "${PROJECT_BINARY_DIR}/generated")
target_include_directories(xgrad_build SYSTEM INTERFACE
  "${XGRAD_STB_INCLUDE_DIR}")
target_link_libraries(xgrad_build INTERFACE xtensor xsimd nlohmann_json::nlohmann_json
  $<TARGET_NAME_IF_EXISTS:CLI11::CLI11>)
target_compile_definitions(xgrad_build INTERFACE XGRAD_VERSION="${PROJECT_VERSION}")
target_compile_options(xgrad_build INTERFACE
  -Wall -Wextra -Wconversion -Wno-sign-conversion -Wno-psabi
  $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>  # gcc 12 sees ghosts in "text" + std::string (its bug 105651)
  $<$<BOOL:${XGRAD_WERROR}>:-Werror>
  # errno and floating-point traps are not read anywhere; NaN and infinity keep their meaning.
  -fno-math-errno -fno-trapping-math
  # A replayed step gives the bits of the step it recorded, also where -march=native or an ARM has fused multiply-adds.
  -ffp-contract=off)

if(XGRAD_SANITIZE)
  add_compile_options(-fsanitize=${XGRAD_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${XGRAD_SANITIZE})
endif()

# <xgrad_build_info.h>: the commit and the flags, for what runs record of themselves.
string(TOUPPER "${CMAKE_BUILD_TYPE}" build_type)
set(flags "${CMAKE_CXX_FLAGS} ${CMAKE_CXX_FLAGS_${build_type}} $<JOIN:$<TARGET_PROPERTY:xgrad_build,INTERFACE_COMPILE_OPTIONS>, >")
add_custom_target(xgrad_build_info
  COMMAND "${CMAKE_COMMAND}" "-DSOURCE=${PROJECT_SOURCE_DIR}" "-DFLAGS=${flags}"
    "-DOUTPUT=${PROJECT_BINARY_DIR}/generated/xgrad_build_info.h" -P "${PROJECT_SOURCE_DIR}/cmake/BuildInfo.cmake"
  BYPRODUCTS "${PROJECT_BINARY_DIR}/generated/xgrad_build_info.h"
  COMMENT "Recording the commit"
  VERBATIM)
