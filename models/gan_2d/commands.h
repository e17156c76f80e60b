// SPDX-License-Identifier: BSD-3-Clause
// gan_2d's subcommands: each adds itself to the command line, with what to do when it is chosen.
#pragma once

namespace CLI {
class App;
}

namespace xgrad::gan_2d {

void add_train(CLI::App& app);
void add_run(CLI::App& app);
void add_table(CLI::App& app);
void add_games(CLI::App& app);

/// Where a table looks for its runs, and these add themselves.
constexpr const char* default_results = "runs/2d-table.jsonl";

}  // namespace xgrad::gan_2d
