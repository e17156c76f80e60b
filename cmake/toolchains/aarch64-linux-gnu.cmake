# SPDX-License-Identifier: BSD-3-Clause
# Cross-compiles for 64-bit ARM by Debian's g++-aarch64-linux-gnu, and has ctest run what was built under qemu-user.
# XGRAD_SYSROOT is a folder with the libraries of such a machine; ./run aarch64 makes one of Debian's packages.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_CXX_COMPILER aarch64-linux-gnu-g++)
set(CMAKE_TRY_COMPILE_PLATFORM_VARIABLES XGRAD_SYSROOT)

set(CMAKE_SYSROOT "${XGRAD_SYSROOT}")
set(CMAKE_FIND_ROOT_PATH "${XGRAD_SYSROOT}")
set(CMAKE_LIBRARY_ARCHITECTURE aarch64-linux-gnu)
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)

find_program(XGRAD_QEMU NAMES qemu-aarch64 qemu-aarch64-static)
if(XGRAD_QEMU)
  set(CMAKE_CROSSCOMPILING_EMULATOR "${XGRAD_QEMU}" -L "${XGRAD_SYSROOT}")
endif()
