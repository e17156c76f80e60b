# SPDX-License-Identifier: BSD-3-Clause
# Writes OUTPUT, a header that says which commit of SOURCE is built and with which FLAGS; run at every build, so that
# what a program records of itself is true. An unchanged header is not touched.
cmake_minimum_required(VERSION 3.22)
find_program(GIT git)
set(commit "")
if(GIT)
  execute_process(COMMAND "${GIT}" -C "${SOURCE}" describe --always --dirty --abbrev=40 --match=NONE
    OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
endif()
file(CONFIGURE OUTPUT "${OUTPUT}" @ONLY CONTENT [[
// Made by the build: where these sources come from and how they are compiled. Empty: unknown.
#pragma once

namespace xgrad::build_info {
inline constexpr const char* commit = "@commit@";
inline constexpr const char* flags = R"(@FLAGS@)";
}  // namespace xgrad::build_info
]])
