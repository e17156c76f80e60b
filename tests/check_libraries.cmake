# SPDX-License-Identifier: BSD-3-Clause
# Checks in the tree ROOT that the sources keep to what every supported version of xtensor and xsimd has, whichever is
# installed: xtensor's headers moved between 0.25 and 0.26, xsimd's functions came and changed between 8 and 14.
cmake_minimum_required(VERSION 3.22)

# In 8.1, 13.2 and 14.3 alike. bitwise_cast is not: its template argument has another meaning from 11 on.
set(xsimd_names abs any batch batch_bool copysign erf floor fma isnan log log1p max min select sqrt)

set(failures "")
foreach(room IN ITEMS autograd nn optim models tests benchmarks examples)
  file(GLOB_RECURSE files RELATIVE "${ROOT}" "${ROOT}/${room}/*.h" "${ROOT}/${room}/*.cpp")
  foreach(file IN LISTS files)
    file(STRINGS "${ROOT}/${file}" lines REGEX "xtensor/|xsimd")
    foreach(line IN LISTS lines)
      if(line MATCHES "# *include *[<\"]xtensor/" AND NOT file STREQUAL "autograd/xtensor_headers.h")
        string(APPEND failures "  ${file}: ${line}\n    xtensor's headers have other places in other versions; include <xgrad/autograd/xtensor_headers.h>\n")
      endif()
      if(line MATCHES "# *include *[<\"]xsimd/" AND NOT line MATCHES "<xsimd/xsimd\\.hpp>")
        string(APPEND failures "  ${file}: ${line}\n    of xsimd's headers only xsimd/xsimd.hpp has kept its place\n")
      endif()
      string(REGEX REPLACE "//.*" "" line "${line}")
      string(REGEX MATCHALL "xsimd::[A-Za-z_0-9]+" names "${line}")
      foreach(name IN LISTS names)
        string(REPLACE "xsimd::" "" name "${name}")
        if(NOT name IN_LIST xsimd_names)
          string(APPEND failures "  ${file}: xsimd::${name}\n    not known to be alike in xsimd 8 to 14; write it in simd/vec.h, or add it to tests/check_libraries.cmake when it is\n")
        endif()
      endforeach()
    endforeach()
  endforeach()
endforeach()

if(failures)
  message(FATAL_ERROR "Calls that some supported version lacks:\n${failures}")
endif()
