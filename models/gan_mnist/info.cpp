// SPDX-License-Identifier: BSD-3-Clause
// gan_mnist info: what the presets are, what computes here, or what a run is and how far it came.
#include <cstdio>
#include <memory>

#include <CLI/CLI.hpp>

#include <xgrad/autograd/machine.h>
#include <xgrad/models/command_line/flag.h>
#include <xgrad/models/gan_mnist/commands.h>
#include <xgrad/models/gan_mnist/exit_code.h>
#include <xgrad/models/gan_mnist/report.h>
#include <xgrad/models/gan_mnist/trained.h>
#include <xgrad/nn/file.h>

namespace xgrad::gan_mnist {

namespace {

using namespace xgrad::models;

struct InfoOptions {
  std::filesystem::path run;
  bool presets = false, machine = false;
};

std::string joined(const std::vector<std::string>& words) {
  std::string all;
  for (const std::string& word : words) all += (all.empty() ? "" : " ") + word;
  return all;
}

int print_machine() {
  const Machine m = machine();
  const auto line = [](const char* name, const std::string& value) {
    std::printf("%-17s %s\n", name, value.empty() ? "unknown" : value.c_str());
  };
  line("processor", m.processor);
  line("instruction sets", joined(m.instruction_sets));
  line("kernels", m.kernels);
  line("matrix products", m.products);
  line("BLAS", m.blas);
  line("BLAS core", m.blas_core);
  line("convolutions", m.convolutions);
  line("oneDNN", m.onednn.empty() ? "none" : m.onednn);
  line("threads", std::to_string(m.threads) + ", by " + m.threads_why);
  for (const std::string& warning : m.warnings) std::printf("warning: %s\n", warning.c_str());
  return exit_done;
}

int print_presets() {
  std::printf("r = D(x), f = D(G(z)) are logits, E batch means, sp(t) = log(1 + e^t), lambda the penalty's weight.\n");
  for (const Preset& p : preset_table()) {
    std::printf("\n%-12s %s\n", p.name.c_str(), p.about.c_str());
    std::printf("  %s\n", formula(p).c_str());
    std::printf("  %s, batches of %lld", to_string(p.optimizer).c_str(), static_cast<long long>(p.batch_size));
    if (std::holds_alternative<Gan>(p.family)) {
      std::printf(", %s", p.method ? to_string(*p.method).c_str() : to_string(p.schedule).c_str());
    } else {
      std::printf(", %s", constants(p.family).c_str());
    }
    if (p.d_rate != 1.0) std::printf(", D's rate %g of G's", p.d_rate);
    if (p.pairing) std::printf(", w = %g", p.pairing->weight);
    if (p.penalty) std::printf(", lambda = %g", p.penalty->weight);
    if (p.spectral_norm) std::printf(", D's layers under spectral normalisation");
    if (p.labels != Labels::none) std::printf(", labels by %s", name_of(p.labels).c_str());
    if (p.pac > 1) std::printf(", packs of %lld", static_cast<long long>(p.pac));
    if (p.weight_clip > 0) std::printf(", weights of D clipped to %g", p.weight_clip);
    std::printf("\n");
  }
  std::printf("\nNetworks\n");
  for (const NetworkSpec& n : network_table()) std::printf("  %-12s %s\n", n.name.c_str(), n.about.c_str());
  return exit_done;
}

int print_run(const std::filesystem::path& run) {
  const Trained trained = load_trained(run);
  const std::filesystem::path metrics = run / "metrics.jsonl";
  const std::string log = std::filesystem::exists(metrics) ? nn::read_file(metrics.string()) : "";
  const std::size_t end = log.find_last_not_of('\n');
  const std::size_t begin = log.rfind('\n', end);
  std::printf("%s\n", formula(overridden_preset(trained.settings)).c_str());
  std::printf("%s", to_toml(trained.settings).c_str());
  std::printf("\nround       %lld\n", static_cast<long long>(trained.steps));
  std::printf("checkpoint  %s\n", trained.checkpoint.c_str());
  if (end != std::string::npos) {
    const std::size_t start = begin == std::string::npos ? 0 : begin + 1;
    std::printf("metrics     %s\n", log.substr(start, end + 1 - start).c_str());
  }
  try {
    std::printf("report      %s\n", fresh_report(run).c_str());
  } catch (const IoError& e) {
    std::printf("report      none: %s\n", e.what());  // of somebody else's run, maybe
  }
  return exit_done;
}

}  // namespace

Command add_info(CLI::App& app) {
  CLI::App* command = app.add_subcommand("info", "Tell about a run, the presets, or the machine");
  const auto options = std::make_shared<InfoOptions>();
  command->allow_extras();
  command->footer(
      "Examples:\n  gan_mnist info --presets\n  gan_mnist info --machine\n  gan_mnist info runs/001-r1-fashion");
  command_line::add_value(*command, "run", options->run, "Run folder");
  command_line::add_switch(*command, "--presets", options->presets, "List the presets with their losses");
  command_line::add_switch(*command, "--machine", options->machine,
                           "Tell what computes here, by how many threads, and what runs below the processor's ability");
  return {command, [options] {
            if (options->run.empty() && !options->presets && !options->machine) {
              throw UsageError("info needs a run folder, --presets or --machine");
            }
            if (options->presets) print_presets();
            if (options->machine) print_machine();
            return options->run.empty() ? exit_done : print_run(options->run);
          }};
}

}  // namespace xgrad::gan_mnist
