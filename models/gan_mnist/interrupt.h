// SPDX-License-Identifier: BSD-3-Clause
// Ctrl-C asks politely; a second Ctrl-C does not. A closed terminal or pipe asks too.
#pragma once

namespace xgrad::gan_mnist {

/// From now on the first SIGINT, SIGTERM, SIGPIPE or (unless it is ignored, as under nohup) SIGHUP is only remembered;
/// the second ends the process at once with code 130, but for SIGPIPE.
void catch_interrupts() noexcept;
bool interrupted() noexcept;

}  // namespace xgrad::gan_mnist
