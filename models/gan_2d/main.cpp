// SPDX-License-Identifier: BSD-3-Clause
// gan_2d: GANs in the plane, where modes can be counted, and games of two numbers, where all is known in closed form.
#include <csignal>
#include <cstdio>
#include <exception>

#include <CLI/CLI.hpp>

#include <xgrad/autograd/error.h>
#include <xgrad/models/command_line/flag.h>
#include <xgrad/models/gan_2d/commands.h>
#include <xgrad/models/run/memory_shortage.h>
#include <xgrad/models/run/standard_streams.h>
#include <xgrad/models/trainer.h>

int main(int argc, char** argv) {
  xgrad::models::open_standard_streams();
  std::signal(SIGXFSZ, SIG_IGN);  // a write past the file size limit is then an error with a reason
  CLI::App app(
      "GANs on mixtures of Gaussians in the plane, and games of two numbers.\n\n"
      "Exit codes: 0 done, 1 failed, 2 wrong usage, 4 diverged.");
  app.name("gan_2d");
  app.set_version_flag("--version", "gan_2d " XGRAD_VERSION);
  app.require_subcommand(1);
  app.footer(
      "Examples:\n  gan_2d train --data ring --preset wgan-gp\n"
      "  gan_2d table --data ring --net small --presets gan,pacgan2,unrolled:5000 --seeds 3\n  gan_2d games");
  xgrad::gan_2d::add_train(app);
  xgrad::gan_2d::add_run(app);
  xgrad::gan_2d::add_table(app);
  xgrad::gan_2d::add_games(app);
  const auto tell = [](int code, const char* message) {
    std::fflush(stdout);
    std::fprintf(stderr, "gan_2d: %s\n", message);
    return code;
  };
  const auto fail = [&](int code, const std::exception& e) { return tell(code, e.what()); };
  try {
    xgrad::command_line::parse(app, {argv + 1, argv + argc});  // runs the command
    if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return 0;
    throw xgrad::IoError("cannot write all there is to say to the standard output");
  } catch (const CLI::ParseError& e) {
    return e.get_exit_code() == 0 ? app.exit(e) : fail(2, e);
  } catch (const xgrad::ValueError& e) {
    return fail(2, e);
  } catch (const xgrad::models::Diverged& e) {
    return fail(4, e);
  } catch (const std::bad_alloc& e) {
    return tell(1, xgrad::models::describe_shortage(e).c_str());
  } catch (const std::exception& e) {
    return fail(1, e);
  }
}
