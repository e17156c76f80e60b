// SPDX-License-Identifier: BSD-3-Clause
// The subcommands: each adds itself to the command line, with what to do when it is chosen.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace xgrad::gan_mnist {

/// Runs the command after everything has been parsed; gives the exit code.
using Action = std::function<int()>;

/// A subcommand of the command line and what it does.
struct Command {
  CLI::App* app;
  Action action;
};

/// `program`: how the user calls gan_mnist, for the line that resumes a run.
Command add_train(CLI::App& app, const std::string& program);
Command add_sample(CLI::App& app);
Command add_eval(CLI::App& app);
Command add_inpaint(CLI::App& app);
Command add_sweep(CLI::App& app);
Command add_info(CLI::App& app);

}  // namespace xgrad::gan_mnist
