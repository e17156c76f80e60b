// SPDX-License-Identifier: BSD-3-Clause
// Flags: every one with a value is read by number.h's rules, whatever CLI11 would take.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include <xgrad/models/command_line/number.h>

namespace xgrad::command_line {

namespace detail {
template <class T>
struct Element {
  using type = T;
};
template <class T>
struct Element<std::optional<T>> {
  using type = T;
};
template <class T>
struct Element<std::vector<T>> {
  using type = T;
};
}  // namespace detail

/// What one text on the command line becomes: T of T, of std::optional<T> and of std::vector<T>.
template <class T>
using ElementOf = typename detail::Element<T>::type;

/// A flag, or without dashes a place, that takes a value. Parsing throws ValueError for one that is not in the domain.
template <class T>
CLI::Option* add_value(CLI::App& command, const std::string& name, T& member, const std::string& help,
                       const Domain& domain = {}) {
  CLI::Option* option = command.add_option(name, member, help);
  return option->transform([option, domain](const std::string& text) -> std::string {
    using E = ElementOf<T>;
    const E value = parse_value<E>(option->get_name(), text, domain);
    if constexpr (std::is_integral_v<E>) return std::to_string(value);  // CLI11 would take 010 for 8
    return text;
  });
}

/// A flag without a value.
inline CLI::Option* add_switch(CLI::App& command, const std::string& name, bool& member, const std::string& help) {
  return command.add_flag(name, member, help)->disable_flag_override();
}

/// Parses a command line, the program's name left out. @throws ValueError for a value that is none, also in --flag=;
/// CLI::ParseError
void parse(CLI::App& app, std::vector<std::string> arguments);

/// @throws ValueError for an argument that the command did not take, with a suggestion.
void refuse_extras(const CLI::App& command);

}  // namespace xgrad::command_line
