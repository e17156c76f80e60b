# SPDX-License-Identifier: BSD-3-Clause
# Compiles every installed header in one file, by the compiler of the build and by GCC and Clang where they are, under
# warnings that users make errors. Run by ctest with ROOT, INCLUDE, WORK_DIR, CXX and ORDER: forwards or backwards, so
# that a header that leans on one before it shows.
cmake_minimum_required(VERSION 3.22)

set(both
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast -Wdouble-promotion -Wnon-virtual-dtor
  -Woverloaded-virtual -Wextra-semi -Wnull-dereference -Wcast-align -Wcast-qual -Wformat=2 -Wimplicit-fallthrough -Wundef
  -Wunused -Wmissing-declarations -Wredundant-decls -Wsuggest-override -Wzero-as-null-pointer-constant)
set(gcc
  -Wuseless-cast -Wduplicated-cond -Wduplicated-branches -Wlogical-op -Wctor-dtor-privacy -Wcomma-subscript -Wvolatile
  -Wdeprecated-copy-dtor -Wmismatched-tags -Wredundant-tags)
# Clang's others ask for what C++20 is not, for padding, or for a virtual function out of line in each class.
set(clang -Weverything -Wno-c++98-compat -Wno-c++98-compat-pedantic -Wno-c++20-compat -Wno-padded -Wno-weak-vtables
  -Wno-unknown-warning-option -Wno-unsafe-buffer-usage -Wno-switch-default -Wno-pre-c++20-compat-pedantic)

file(GLOB_RECURSE headers RELATIVE "${ROOT}"
  "${ROOT}/autograd/*.h" "${ROOT}/nn/*.h" "${ROOT}/optim/*.h" "${ROOT}/models/*.h")
list(FILTER headers EXCLUDE REGEX "^models/gan_(mnist|2d)/")
list(LENGTH headers count)
if(count LESS 100)
  message(FATAL_ERROR "Only ${count} headers in ${ROOT}")
endif()

file(REMOVE_RECURSE "${WORK_DIR}")
set(together "")
if(ORDER STREQUAL "backwards")
  list(REVERSE headers)
endif()
foreach(header IN LISTS headers)
  string(APPEND together "#include <xgrad/${header}>\n")
endforeach()
file(WRITE "${WORK_DIR}/together.cpp" "${together}")

# Not -Werror: the warnings of others' headers are theirs.
find_program(GXX g++)
find_program(CLANGXX clang++)
set(compilers "")
foreach(compiler IN ITEMS "${CXX}" "${GXX}" "${CLANGXX}")
  if(compiler)
    file(REAL_PATH "${compiler}" compiler)
    list(APPEND compilers "${compiler}")
  endif()
endforeach()
list(REMOVE_DUPLICATES compilers)
foreach(compiler IN LISTS compilers)
  execute_process(COMMAND "${compiler}" --version OUTPUT_VARIABLE version COMMAND_ERROR_IS_FATAL ANY)
  if(version MATCHES "clang")
    set(own ${clang})
  else()
    set(own ${gcc})
  endif()
  execute_process(
    COMMAND "${compiler}" -std=c++20 -fsyntax-only ${both} ${own} "-I${INCLUDE}" "${WORK_DIR}/together.cpp"
    ERROR_VARIABLE said RESULT_VARIABLE result)
  if(said MATCHES "xgrad/[^\n]*warning:" OR NOT result EQUAL 0)
    message(FATAL_ERROR "${compiler}:\n${said}")
  endif()
  message("${compiler}: ${count} headers, ${ORDER}")
endforeach()
