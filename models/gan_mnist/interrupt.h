// SPDX-License-Identifier: BSD-3-Clause
// Ctrl-C asks politely; a second Ctrl-C does not.
#pragma once

namespace xgrad::gan_mnist {

/// From now on the first SIGINT or SIGTERM is only remembered; the second ends the process at once with code 130.
void catch_interrupts() noexcept;
bool interrupted() noexcept;

}  // namespace xgrad::gan_mnist
