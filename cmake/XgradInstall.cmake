# SPDX-License-Identifier: BSD-3-Clause
# The install tree: headers, library and program, the CMake package and xgrad.pc, and the Debian package made of it.
include(CMakePackageConfigHelpers)

set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/xgrad")
set(pkgconfig_dir "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
set(headers "")
foreach(room IN ITEMS autograd nn optim models)
  file(GLOB_RECURSE of_room RELATIVE "${PROJECT_SOURCE_DIR}" CONFIGURE_DEPENDS ${room}/*.h)
  list(APPEND headers ${of_room})
endforeach()
list(FILTER headers EXCLUDE REGEX "^models/(gan_mnist|gan_2d|command_line)/")
set(header_folders "${headers}")
list(TRANSFORM header_folders REPLACE "/[^/]+$" "")
list(TRANSFORM header_folders PREPEND "${CMAKE_INSTALL_INCLUDEDIR}/xgrad/")
list(REMOVE_DUPLICATES header_folders)

# Folders that everybody may read, whatever the umask of who installs or packs. CMake's mkdir is cut by it even where it
# is told the mode, so those that are missing are made first.
if(NOT DEFINED CMAKE_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS)
  set(CMAKE_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
    OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
endif()
set(folders ${header_folders} "${package_dir}" "${pkgconfig_dir}" "${CMAKE_INSTALL_BINDIR}" "${CMAKE_INSTALL_DOCDIR}")
install(CODE "set(folders \"${folders}\")")
install(CODE [[
  foreach(folder IN LISTS folders)
    cmake_path(ABSOLUTE_PATH folder BASE_DIRECTORY "${CMAKE_INSTALL_PREFIX}")
    set(folder "$ENV{DESTDIR}${folder}")
    set(missing "")
    while(NOT EXISTS "${folder}")
      list(PREPEND missing "${folder}")
      cmake_path(GET folder PARENT_PATH folder)
    endwhile()
    foreach(folder IN LISTS missing)
      file(MAKE_DIRECTORY "${folder}")
      file(CHMOD "${folder}" PERMISSIONS ${CMAKE_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS})
    endforeach()
  endforeach()
]])

# The shared library alone, what compiling against it takes, and the programs: three packages where they are packed apart.
install(TARGETS xgrad EXPORT xgradTargets
  LIBRARY COMPONENT library NAMELINK_COMPONENT development ARCHIVE COMPONENT development)
install(EXPORT xgradTargets NAMESPACE xgrad:: DESTINATION "${package_dir}" COMPONENT development)
foreach(header IN LISTS headers)
  cmake_path(GET header PARENT_PATH folder)
  install(FILES ${header} DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/xgrad/${folder}" COMPONENT development)
endforeach()
if(TARGET gan_mnist)
  install(TARGETS gan_mnist gan_2d COMPONENT programs)
endif()
install(FILES LICENSE README.md CHANGELOG.md DESTINATION "${CMAKE_INSTALL_DOCDIR}" COMPONENT documents)

configure_package_config_file(cmake/xgradConfig.cmake.in "${PROJECT_BINARY_DIR}/xgradConfig.cmake"
  INSTALL_DESTINATION "${package_dir}")
write_basic_package_version_file("${PROJECT_BINARY_DIR}/xgradConfigVersion.cmake" COMPATIBILITY SameMinorVersion)
install(FILES
  "${PROJECT_BINARY_DIR}/xgradConfig.cmake" "${PROJECT_BINARY_DIR}/xgradConfigVersion.cmake" cmake/FindOpenBLAS.cmake
  DESTINATION "${package_dir}" COMPONENT development)

# xgrad.pc finds its prefix from where it lies, so that the tree can be moved.
file(RELATIVE_PATH prefix_from_pc "/${pkgconfig_dir}" "/")
string(REGEX REPLACE "/$" "" prefix_from_pc "${prefix_from_pc}")
set(pc_openblas "")
if(NOT OpenBLAS_SONAME)
  set(pc_openblas " -lopenblas")
endif()
configure_file(cmake/xgrad.pc.in "${PROJECT_BINARY_DIR}/xgrad.pc" @ONLY)
install(FILES "${PROJECT_BINARY_DIR}/xgrad.pc" DESTINATION "${pkgconfig_dir}" COMPONENT development)

include(XgradPackage)
