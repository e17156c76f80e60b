# SPDX-License-Identifier: BSD-3-Clause
# Writes OUTPUT, which defines xgrad::models::detail::embedded_files: names and bytes of FILES.
cmake_minimum_required(VERSION 3.22)
set(arrays "")
set(rows "")
foreach(file IN LISTS FILES)
  cmake_path(GET file STEM name)
  file(READ "${file}" hex HEX)
  string(REGEX REPLACE "(..)" "0x\\1," bytes "${hex}")
  string(REGEX REPLACE "(0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,)" "\\1\n" bytes "${bytes}")
  string(APPEND arrays "const unsigned char ${name}[] = {\n${bytes}};\n")
  string(APPEND rows "      {\"${name}\", {reinterpret_cast<const char*>(${name}), sizeof ${name}}},\n")
endforeach()
file(CONFIGURE OUTPUT "${OUTPUT}" @ONLY CONTENT [[
// Made by the build from files.
#include <xgrad/models/metrics/embedded.h>

namespace xgrad::models::detail {
namespace {
@arrays@
}  // namespace

const std::map<std::string_view, std::string_view>& embedded_files() {
  static const std::map<std::string_view, std::string_view> files = {
@rows@  };
  return files;
}
}  // namespace xgrad::models::detail
]])
