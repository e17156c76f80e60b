// SPDX-License-Identifier: BSD-3-Clause
// Where tests find the sources and the programs. The one place that knows folders of this build, so that objects of
// equal sources stay equal wherever they are built.
#pragma once

#include <string>

namespace xgrad::tests {

/// A file or folder of the source tree.
std::string source_path(const std::string& relative);
/// The program gan_mnist or gan_2d of this build.
std::string program_path(const std::string& name);

}  // namespace xgrad::tests
