# SPDX-License-Identifier: BSD-3-Clause
# The install tree: headers, library and program, the CMake package and xgrad.pc, and the Debian package made of it.
include(CMakePackageConfigHelpers)

# Folders that everybody may read, whatever the umask of who installs or packs.
set(xgrad_folder_permissions
  OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
if(NOT DEFINED CMAKE_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS)
  set(CMAKE_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS ${xgrad_folder_permissions})
endif()

set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/xgrad")
install(TARGETS xgrad EXPORT xgradTargets)
install(EXPORT xgradTargets NAMESPACE xgrad:: DESTINATION "${package_dir}")
foreach(room IN ITEMS autograd nn optim models)
  file(GLOB_RECURSE headers RELATIVE "${PROJECT_SOURCE_DIR}" CONFIGURE_DEPENDS ${room}/*.h)
  list(FILTER headers EXCLUDE REGEX "^models/gan_(mnist|2d)/")
  foreach(header IN LISTS headers)
    cmake_path(GET header PARENT_PATH folder)
    install(FILES ${header} DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/xgrad/${folder}")
  endforeach()
endforeach()
if(TARGET gan_mnist)
  install(TARGETS gan_mnist gan_2d)
endif()
install(FILES LICENSE README.md CHANGELOG.md DESTINATION "${CMAKE_INSTALL_DOCDIR}")

configure_package_config_file(cmake/xgradConfig.cmake.in "${PROJECT_BINARY_DIR}/xgradConfig.cmake"
  INSTALL_DESTINATION "${package_dir}")
write_basic_package_version_file("${PROJECT_BINARY_DIR}/xgradConfigVersion.cmake" COMPATIBILITY SameMinorVersion)
install(FILES
  "${PROJECT_BINARY_DIR}/xgradConfig.cmake" "${PROJECT_BINARY_DIR}/xgradConfigVersion.cmake" cmake/FindOpenBLAS.cmake
  DESTINATION "${package_dir}")

# xgrad.pc finds its prefix from where it lies, so that the tree can be moved.
set(pkgconfig_dir "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
file(RELATIVE_PATH prefix_from_pc "/${pkgconfig_dir}" "/")
string(REGEX REPLACE "/$" "" prefix_from_pc "${prefix_from_pc}")
configure_file(cmake/xgrad.pc.in "${PROJECT_BINARY_DIR}/xgrad.pc" @ONLY)
install(FILES "${PROJECT_BINARY_DIR}/xgrad.pc" DESTINATION "${pkgconfig_dir}")

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME libxgrad-dev)
set(CPACK_PACKAGE_CONTACT "the xgrad authors")
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "libxtensor-dev, libopenblas-dev, zlib1g-dev")
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "dataset-fashion-mnist")
if(oneDNN_FOUND)
  string(APPEND CPACK_DEBIAN_PACKAGE_RECOMMENDS ", libdnnl2")  # loaded when a convolution runs
endif()
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS ${xgrad_folder_permissions})
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
include(CPack)
