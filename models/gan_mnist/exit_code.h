// SPDX-License-Identifier: BSD-3-Clause
// What gan_mnist's exit code tells the caller.
#pragma once

#include <xgrad/autograd/error.h>

namespace xgrad::gan_mnist {

enum ExitCode {
  exit_done = 0,
  exit_failure = 1,  ///< something failed while running
  exit_usage = 2,    ///< a flag, a value or the configuration is wrong; nothing was made
  exit_data = 3,     ///< data missing or corrupt
  exit_diverged = 4,
  exit_interrupted = 130,
};

/// What was asked for makes no sense; nothing has been done.
class UsageError : public Error {
 public:
  using Error::Error;
};

}  // namespace xgrad::gan_mnist
