# SPDX-License-Identifier: BSD-3-Clause
# The classifiers' weights as part of the library, so that they are found wherever it is.
file(GLOB weights CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/models/metrics/weights/*.safetensors")
set(embedded "${PROJECT_BINARY_DIR}/generated/shipped_weights.cpp")
add_custom_command(OUTPUT "${embedded}"
  COMMAND "${CMAKE_COMMAND}" "-DFILES=${weights}" "-DOUTPUT=${embedded}" -P "${PROJECT_SOURCE_DIR}/cmake/EmbedFiles.cmake"
  DEPENDS ${weights} "${PROJECT_SOURCE_DIR}/cmake/EmbedFiles.cmake"
  COMMENT "Embedding the classifiers' weights"
  VERBATIM)
target_sources(xgrad PRIVATE "${embedded}")
