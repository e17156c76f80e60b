# SPDX-License-Identifier: BSD-3-Clause
# Finds oneDNN's headers, of a major version whose interface we know: variable oneDNN_INCLUDE_DIR. The library itself
# is loaded when the first convolution runs, and need not be there; where it is, oneDNN_SONAME is what it calls itself
# (libdnnl.so.2, but libdnnl.so.3.6 on Debian 13).
find_path(oneDNN_INCLUDE_DIR oneapi/dnnl/dnnl_version.h)
find_library(oneDNN_LIBRARY dnnl)
mark_as_advanced(oneDNN_INCLUDE_DIR oneDNN_LIBRARY)

set(oneDNN_SONAME "")
if(oneDNN_LIBRARY AND CMAKE_READELF)
  execute_process(COMMAND "${CMAKE_READELF}" -d "${oneDNN_LIBRARY}" OUTPUT_VARIABLE dynamic ERROR_QUIET)
  if(dynamic MATCHES "SONAME[^[]*\\[([^]]+)\\]")
    set(oneDNN_SONAME "${CMAKE_MATCH_1}")
  endif()
endif()

if(EXISTS "${oneDNN_INCLUDE_DIR}/oneapi/dnnl/dnnl_version.h")
  file(STRINGS "${oneDNN_INCLUDE_DIR}/oneapi/dnnl/dnnl_version.h" version REGEX "#define DNNL_VERSION_(MAJOR|MINOR)")
  string(REGEX MATCH "MAJOR +([0-9]+).*MINOR +([0-9]+)" version "${version}")
  set(oneDNN_VERSION "${CMAKE_MATCH_1}.${CMAKE_MATCH_2}")
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(oneDNN REQUIRED_VARS oneDNN_INCLUDE_DIR oneDNN_VERSION VERSION_VAR oneDNN_VERSION HANDLE_VERSION_RANGE)
