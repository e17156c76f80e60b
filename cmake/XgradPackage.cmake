# SPDX-License-Identifier: BSD-3-Clause
# The Debian packages, by `./run package`: headers and what links against them, the programs, and the shared library
# where it is one. Their dependencies are read from what is linked.
# Their maintainer is who makes them, named as for Debian's own tools or for git.
if(NOT XGRAD_MAINTAINER)
  set(name "$ENV{DEBFULLNAME}")
  set(email "$ENV{DEBEMAIL}")
  find_package(Git QUIET)
  if(Git_FOUND AND NOT (name AND email))
    foreach(field IN ITEMS name email)
      execute_process(COMMAND "${GIT_EXECUTABLE}" config user.${field} WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}"
        OUTPUT_VARIABLE ${field} OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
    endforeach()
  endif()
  if(name AND email)
    set(XGRAD_MAINTAINER "${name} <${email}>")
  endif()
endif()
set(debian_version "${PROJECT_VERSION}-1")
set(soname_package "libxgrad${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR}")

set(blas "libopenblas0 | libopenblas.so.0")  # loaded when it is first called
set(recommends "dataset-fashion-mnist")
find_program(DPKG_QUERY dpkg-query)
mark_as_advanced(DPKG_QUERY)
if(oneDNN_LIBRARY AND DPKG_QUERY)
  file(REAL_PATH "${oneDNN_LIBRARY}" library)
  execute_process(COMMAND "${DPKG_QUERY}" -S "${library}" OUTPUT_VARIABLE owner ERROR_QUIET)
  if(owner MATCHES "^([^:, ]+)")
    string(PREPEND recommends "${CMAKE_MATCH_1}, ")  # loaded when a convolution runs
  endif()
endif()

set(CPACK_COMPONENTS_ALL development programs)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME libxgrad-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEVELOPMENT_DESCRIPTION "reverse-mode autodiff with true double-backward: headers
 xgrad differentiates programs of arrays, to any order, and trains generative
 adversarial networks with gradient penalties. It is a small C++ library on
 xtensor and OpenBLAS.
 .
 This package has what programs with xgrad are compiled and linked with.")
set(CPACK_DEBIAN_PROGRAMS_PACKAGE_NAME xgrad-tools)
set(CPACK_DEBIAN_PROGRAMS_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PROGRAMS_PACKAGE_RECOMMENDS "${recommends}")
set(CPACK_DEBIAN_PROGRAMS_DESCRIPTION "train generative adversarial networks on small images
 gan_mnist trains, compares and judges GANs on Fashion-MNIST and other small
 images, gan_2d on mixtures in the plane, where modes can be counted.")
if(BUILD_SHARED_LIBS)
  list(APPEND CPACK_COMPONENTS_ALL library)
  set(CPACK_DEBIAN_LIBRARY_PACKAGE_NAME ${soname_package})
  set(CPACK_DEBIAN_LIBRARY_PACKAGE_SECTION libs)
  set(CPACK_DEBIAN_LIBRARY_PACKAGE_DEPENDS "${blas}")
  set(CPACK_DEBIAN_LIBRARY_PACKAGE_RECOMMENDS "${recommends}")
  set(CPACK_DEBIAN_LIBRARY_DESCRIPTION "reverse-mode autodiff with true double-backward
 xgrad differentiates programs of arrays, to any order, and trains generative
 adversarial networks with gradient penalties. It is a small C++ library on
 xtensor and OpenBLAS.")
  set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS "libxtensor-dev, ${soname_package} (= ${debian_version})")
  set(CPACK_DEBIAN_PROGRAMS_PACKAGE_DEPENDS "${soname_package} (= ${debian_version})")
else()
  set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS "libxtensor-dev, zlib1g-dev, ${blas}")
  set(CPACK_DEBIAN_PROGRAMS_PACKAGE_DEPENDS "${blas}")
endif()

# Every package's own changelog and copyright. `cmake --install` leaves them out.
set(folder "${PROJECT_BINARY_DIR}/packaging")
string(TIMESTAMP date "%a, %d %b %Y %H:%M:%S +0000" UTC)
configure_file(cmake/packaging/changelog.in "${folder}/changelog.Debian" @ONLY)
configure_file(cmake/packaging/copyright.in "${folder}/copyright" @ONLY)
configure_file(CHANGELOG.md "${folder}/changelog" COPYONLY)
find_program(GZIP_PROGRAM gzip)
mark_as_advanced(GZIP_PROGRAM)
foreach(component IN LISTS CPACK_COMPONENTS_ALL)
  string(TOUPPER "${component}" upper)
  set(documents "${CMAKE_INSTALL_DATAROOTDIR}/doc/${CPACK_DEBIAN_${upper}_PACKAGE_NAME}")
  install(FILES "${folder}/copyright" DESTINATION "${documents}" COMPONENT ${component} EXCLUDE_FROM_ALL)
  foreach(file IN ITEMS changelog changelog.Debian)
    if(GZIP_PROGRAM)
      execute_process(COMMAND "${GZIP_PROGRAM}" -9nkf "${folder}/${file}" COMMAND_ERROR_IS_FATAL ANY)
      install(FILES "${folder}/${file}.gz" DESTINATION "${documents}" COMPONENT ${component} EXCLUDE_FROM_ALL)
    endif()
  endforeach()
endforeach()

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_CONTACT "${XGRAD_MAINTAINER}")
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
find_program(DPKG_SHLIBDEPS dpkg-shlibdeps)
mark_as_advanced(DPKG_SHLIBDEPS)
if(DPKG_SHLIBDEPS)
  set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
  set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS ON)
  set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS "${PROJECT_BINARY_DIR}")
endif()
set(CPACK_STRIP_FILES ON)
set(CPACK_PRE_BUILD_SCRIPTS "${PROJECT_SOURCE_DIR}/cmake/PackageModes.cmake")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
include(CPack)
