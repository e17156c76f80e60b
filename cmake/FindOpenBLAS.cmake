# SPDX-License-Identifier: BSD-3-Clause
# Finds OpenBLAS itself, not whichever BLAS is the system's default: target OpenBLAS::OpenBLAS, and
# OpenBLAS_SONAME, the name by which a shared one is loaded.
find_path(OpenBLAS_INCLUDE_DIR openblas_config.h
  PATH_SUFFIXES openblas openblas-pthread openblas-openmp openblas-serial)
find_library(OpenBLAS_LIBRARY openblas PATH_SUFFIXES openblas-pthread openblas-openmp openblas-serial)
mark_as_advanced(OpenBLAS_INCLUDE_DIR OpenBLAS_LIBRARY)

if(OpenBLAS_LIBRARY MATCHES "\\.so(\\.[0-9.]+)?$" AND CMAKE_READELF)
  execute_process(COMMAND "${CMAKE_READELF}" -d "${OpenBLAS_LIBRARY}" OUTPUT_VARIABLE dynamic ERROR_QUIET)
  if(dynamic MATCHES "SONAME[^[]*\\[([^]]+)\\]")
    set(OpenBLAS_SONAME "${CMAKE_MATCH_1}")
  endif()
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(OpenBLAS REQUIRED_VARS OpenBLAS_LIBRARY OpenBLAS_INCLUDE_DIR)

if(OpenBLAS_FOUND AND NOT TARGET OpenBLAS::OpenBLAS)
  add_library(OpenBLAS::OpenBLAS UNKNOWN IMPORTED)
  set_target_properties(OpenBLAS::OpenBLAS PROPERTIES
    IMPORTED_LOCATION "${OpenBLAS_LIBRARY}"
    INTERFACE_INCLUDE_DIRECTORIES "${OpenBLAS_INCLUDE_DIR}")
endif()
