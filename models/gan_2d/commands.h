// SPDX-License-Identifier: BSD-3-Clause
// gan_2d's subcommands: each adds itself to the command line, with what to do when it is chosen.
#pragma once

#include <functional>

namespace CLI {
class App;
}

namespace xgrad::gan_2d {

void add_train(CLI::App& app);
void add_table(CLI::App& app);
void add_games(CLI::App& app);

}  // namespace xgrad::gan_2d
