# SPDX-License-Identifier: BSD-3-Clause
# Runs PROGRAM, which may have arguments, in the empty folder FOLDER if one is given, and compares what it prints with
# the file EXPECTED.
cmake_minimum_required(VERSION 3.22)
set(place "")
if(FOLDER)
  file(REMOVE_RECURSE "${FOLDER}")
  file(MAKE_DIRECTORY "${FOLDER}")
  set(place WORKING_DIRECTORY "${FOLDER}")
endif()
execute_process(COMMAND ${PROGRAM} ${place} OUTPUT_VARIABLE printed RESULT_VARIABLE status)
if(NOT status EQUAL 0)
  message(FATAL_ERROR "${PROGRAM} ended with ${status}; it printed:\n${printed}")
endif()
file(READ "${EXPECTED}" expected)
if(NOT printed STREQUAL expected)
  message(FATAL_ERROR "Right is:\n${expected}\nThe program prints:\n${printed}")
endif()
