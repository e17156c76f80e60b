// SPDX-License-Identifier: BSD-3-Clause
// What CLI11 would take for something else.
#include <xgrad/models/command_line/flag.h>

#include <algorithm>

#include <xgrad/models/suggest.h>

namespace xgrad::command_line {

void parse(CLI::App& app, std::vector<std::string> arguments) {
  for (const std::string& a : arguments) {
    const bool nothing = a.starts_with("-") && a.size() > 2 && a.find('=') == a.size() - 1;
    if (nothing) throw ValueError(a.substr(0, a.size() - 1) + " is empty, but must have a value");  // not the next word
  }
  std::reverse(arguments.begin(), arguments.end());  // as CLI11 wants them
  app.parse(arguments);
}

void refuse_extras(const CLI::App& command) {
  const std::vector<std::string> extras = command.remaining();
  if (extras.empty()) return;
  // The value of an unknown flag is left over too: the flag is what matters.
  const auto flag = std::find_if(extras.begin(), extras.end(), [](const auto& a) { return a.starts_with("-"); });
  if (flag == extras.end()) throw ValueError("unexpected argument " + shown(extras.front()));
  std::vector<std::string> known;
  for (const CLI::Option* option : command.get_options()) {
    for (const std::string& name : option->get_lnames()) known.push_back("--" + name);
  }
  throw ValueError(models::unknown_name("flag", flag->substr(0, flag->find('=')), known));
}

}  // namespace xgrad::command_line
