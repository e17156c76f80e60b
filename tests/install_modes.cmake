# SPDX-License-Identifier: BSD-3-Clause
# Installs and packs under masks that forbid or allow everybody everything: folders are rwxr-xr-x, files rw-r--r-- and
# programs rwxr-xr-x all the same. Run by ctest with BUILD_DIR, WORK_DIR, CONFIG, CPACK.
cmake_minimum_required(VERSION 3.22)

# `listed` has a line "d755 path" for each folder, "f644 path" or "f755 path" for each file.
function(check what least listed)
  string(REGEX REPLACE "\n$" "" listed "${listed}")
  string(REPLACE "\n" ";" listed "${listed}")
  list(LENGTH listed count)
  if(count LESS ${least})
    message(FATAL_ERROR "${what}: only ${count} files and folders")
  endif()
  foreach(line IN LISTS listed)
    if(NOT line MATCHES "^(d755 |f644 |f755 [^ ]*/bin/|f755 [^ ]*\\.so|l777 )")
      message(FATAL_ERROR "${what}: ${line}")
    endif()
  endforeach()
endfunction()

foreach(mask IN ITEMS 077 000)
  file(REMOVE_RECURSE "${WORK_DIR}")
  file(MAKE_DIRECTORY "${WORK_DIR}")
  set(prefix "${WORK_DIR}/new/prefix")
  execute_process(COMMAND sh -c "umask ${mask} && exec \"$@\"" sh
    "${CMAKE_COMMAND}" --install "${BUILD_DIR}" --config "${CONFIG}" --prefix "${prefix}"
    OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
  execute_process(COMMAND find . -printf "%y%m %p\n"
    WORKING_DIRECTORY "${prefix}" OUTPUT_VARIABLE listed COMMAND_ERROR_IS_FATAL ANY)
  check("cmake --install under umask ${mask}" 100 "${listed}")

  find_program(DPKG_DEB dpkg-deb)
  if(NOT DPKG_DEB)
    message("There is no dpkg-deb here, so nothing was packed")
    continue()
  endif()
  execute_process(COMMAND sh -c "umask ${mask} && exec \"$@\"" sh
    "${CPACK}" -G DEB -C "${CONFIG}" --config "${BUILD_DIR}/CPackConfig.cmake" -B "${WORK_DIR}"
    OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
  file(GLOB packages "${WORK_DIR}/*.deb")
  list(LENGTH packages count)
  if(count LESS 2)
    message(FATAL_ERROR "cpack under umask ${mask} made ${packages}")
  endif()
  foreach(package IN LISTS packages)
    cmake_path(GET package STEM LAST_ONLY name)
    file(MAKE_DIRECTORY "${WORK_DIR}/unpacked" "${WORK_DIR}/control")
    execute_process(COMMAND sh -c "dpkg-deb --extract \"$1\" \"$2\" && cd \"$2\" && find . -mindepth 1 -printf '%y%m %p\\n'" sh
      "${package}" "${WORK_DIR}/unpacked/${name}" OUTPUT_VARIABLE listed COMMAND_ERROR_IS_FATAL ANY)
    check("cpack under umask ${mask}" 8 "${listed}")
    execute_process(COMMAND sh -c "dpkg-deb --control \"$1\" \"$2\" && cd \"$2\" && find . -type f -printf '%y%m %p\\n'" sh
      "${package}" "${WORK_DIR}/control/${name}" OUTPUT_VARIABLE listed COMMAND_ERROR_IS_FATAL ANY)
    if(NOT listed MATCHES "f644 ./control")
      message(FATAL_ERROR "cpack under umask ${mask}: ${listed}")
    endif()
  endforeach()
endforeach()
