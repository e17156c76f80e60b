// SPDX-License-Identifier: BSD-3-Clause
// What computes here, and whether something faster lies idle.
#pragma once

#include <string>
#include <vector>

namespace xgrad {

/// The processor as the system names it, and what xgrad uses of it. Texts are empty where nothing is known.
struct Machine {
  std::string processor;                      ///< "AMD EPYC 9R14"
  std::vector<std::string> instruction_sets;  ///< vector extensions of the processor, by the kernel's names
  std::string kernels;                        ///< the set that xgrad's loops run on: AVX-512, AVX2, SSE2, NEON
  std::string products;                       ///< who multiplies matrices
  std::string blas;                           ///< OpenBLAS's version and options
  std::string blas_core;                      ///< the processor that OpenBLAS takes this one for
  int blas_threads = 0;                       ///< OpenBLAS's own, beside our pool; 0: unknown
  std::string convolutions;                   ///< who convolves
  std::string onednn;                         ///< oneDNN's version, as "2.6.3"
  int threads = 1;                            ///< num_threads()
  std::string threads_why;                    ///< what set that number
  std::vector<std::string> warnings;          ///< what runs below the processor's ability, each with its remedy
};

/// Loads OpenBLAS and oneDNN, if nothing has yet. @throws Error when there is no OpenBLAS, OutOfMemoryError.
Machine machine();

namespace detail {

/// What is to be said where OpenBLAS's core uses less of the processor than it has; empty when all is well, or unknown.
/// `sets` are names as in Machine::instruction_sets.
std::string blas_core_warning(const std::string& core, const std::vector<std::string>& sets);

}  // namespace detail
}  // namespace xgrad
