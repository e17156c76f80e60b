// SPDX-License-Identifier: BSD-3-Clause
// gan_mnist: trains GANs on small images, text and sound. Parses the command line, runs a command, gives an exit code.
#include <csignal>
#include <cstdio>
#include <exception>
#include <new>
#include <vector>

#include <CLI/CLI.hpp>

#include <xgrad/models/command_line/flag.h>
#include <xgrad/models/data/dataset.h>
#include <xgrad/models/gan_mnist/commands.h>
#include <xgrad/models/gan_mnist/exit_code.h>
#include <xgrad/models/run/memory_shortage.h>
#include <xgrad/models/run/standard_streams.h>
#include <xgrad/models/suggest.h>
#include <xgrad/models/trainer.h>

namespace xgrad::gan_mnist {
namespace {

constexpr const char* about =
    R"(Train a GAN on pictures of garments (Fashion-MNIST) or digits, on text or on sound, and look at what it makes.

Without a command, gan_mnist trains with the defaults and ends with a picture of generated garments.)";

constexpr const char* examples = R"(Examples:
  gan_mnist                                     train with the defaults
  gan_mnist train --preset wgan-gp --epochs 30  another GAN; gan_mnist info --presets lists them
  gan_mnist train --data mnist --seed 7         digits, other random numbers
  gan_mnist train --resume runs/001-r1-fashion    go on after Ctrl-C, exactly where it stopped
  gan_mnist sample runs/001-r1-fashion --interpolate
  gan_mnist eval runs/001-r1-fashion
  gan_mnist inpaint runs/001-r1-fashion
  gan_mnist sweep --grid lambda=0.1,1,10 --folds 3 --epochs 5
  gan_mnist info runs/001-r1-fashion

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 data missing or corrupt, 4 diverged, 130 interrupted.)";

// `gan_mnist --epochs 3` means `gan_mnist train --epochs 3`.
std::vector<std::string> with_default_command(int argc, char** argv) {
  std::vector<std::string> arguments(argv + 1, argv + argc);
  const auto is_top_level = [](const std::string& a) { return a == "-h" || a == "--help" || a == "--version"; };
  const bool starts_with_flag = !arguments.empty() && arguments[0].starts_with("-") && !is_top_level(arguments[0]);
  if (arguments.empty() || starts_with_flag) arguments.insert(arguments.begin(), "train");
  return arguments;
}

int run(int argc, char** argv) {
  CLI::App app(about, "gan_mnist");
  app.footer(examples);
  app.set_version_flag("--version", "gan_mnist " XGRAD_VERSION, "Print the version and exit");
  app.allow_extras();
  const std::vector<Command> commands = {add_train(app, argv[0]), add_sample(app), add_eval(app),
                                         add_inpaint(app),        add_sweep(app),  add_info(app)};
  try {
    command_line::parse(app, with_default_command(argc, argv));
  } catch (const CLI::ParseError& e) {
    if (e.get_exit_code() == 0) return app.exit(e);
    throw UsageError(e.what());
  }
  for (const Command& command : commands) {
    if (!command.app->parsed()) continue;
    command_line::refuse_extras(*command.app);
    const int code = command.action();
    const bool told = std::fflush(stdout) == 0 && std::ferror(stdout) == 0;
    if (code == exit_done && !told) throw IoError("cannot write all there is to say to the standard output");
    return code;
  }
  const std::vector<std::string> extras = app.remaining();
  throw UsageError(models::unknown_name("command", extras.empty() ? "" : extras.front(),
                                        {"train", "sample", "eval", "inpaint", "sweep", "info"}));
}

int fail(ExitCode code, const char* message) {
  std::fflush(stdout);
  std::fprintf(stderr, "gan_mnist: %s\n", message);
  if (code == exit_usage) std::fprintf(stderr, "gan_mnist --help tells what there is.\n");
  return code;
}

}  // namespace
}  // namespace xgrad::gan_mnist

int main(int argc, char** argv) {
  using namespace xgrad;
  using namespace xgrad::gan_mnist;
  models::open_standard_streams();
  std::signal(SIGXFSZ, SIG_IGN);  // a write past the file size limit is then an error with a reason
  try {
    return run(argc, argv);
  } catch (const UsageError& e) {
    return fail(exit_usage, e.what());
  } catch (const ValueError& e) {
    return fail(exit_usage, e.what());
  } catch (const models::DataMissing& e) {
    return fail(exit_data, e.what());
  } catch (const FormatError& e) {
    return fail(exit_data, e.what());
  } catch (const models::Diverged& e) {
    return fail(exit_diverged, e.what());
  } catch (const std::bad_alloc& e) {
    return fail(exit_failure, models::describe_shortage(e).c_str());
  } catch (const std::exception& e) {
    return fail(exit_failure, e.what());
  }
}
