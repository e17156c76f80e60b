// SPDX-License-Identifier: BSD-3-Clause
// Arguments that no option took: named, with the option that was probably meant.
#include <CLI/CLI.hpp>

#include <xgrad/models/gan_mnist/commands.h>
#include <xgrad/models/gan_mnist/exit_code.h>
#include <xgrad/models/suggest.h>

namespace xgrad::gan_mnist {

void refuse_extras(const CLI::App& command) {
  const std::vector<std::string> extras = command.remaining();
  if (extras.empty()) return;
  // The value of an unknown flag is left over too: the flag is what matters.
  const auto flag = std::find_if(extras.begin(), extras.end(), [](const auto& a) { return a.starts_with("-"); });
  if (flag == extras.end()) throw UsageError("unexpected argument \"" + extras.front() + "\"");
  std::vector<std::string> known;
  for (const CLI::Option* option : command.get_options()) {
    for (const std::string& name : option->get_lnames()) known.push_back("--" + name);
  }
  throw UsageError(models::unknown_name("flag", flag->substr(0, flag->find('=')), known));
}

}  // namespace xgrad::gan_mnist
