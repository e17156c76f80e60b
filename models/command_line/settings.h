// SPDX-License-Identifier: BSD-3-Clause
// Settings of a program: one list of names, members, helps and domains that is its flags, and the keys of its TOML
// files.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
#include <string>
#include <type_traits>
#include <variant>
#include <vector>

#include <xgrad/autograd/error.h>
#include <xgrad/models/command_line/flag.h>
#include <xgrad/models/command_line/toml.h>

// A struct S is such settings when for_each_setting(s, f), found beside it, calls f(name, member, help, domain) for
// each.

namespace xgrad::command_line {

/// Adds a flag for every setting.
template <class S>
void add_settings(CLI::App& command, S& settings) {
  for_each_setting(settings, [&](const char* name, auto& member, const char* help, const Domain& domain) {
    CLI::Option* option = add_value(command, std::string("--") + name, member, help, domain);
    option->group("Settings (the keys of a config.toml)");
    using Member = std::remove_reference_t<decltype(member)>;
    if constexpr (std::is_same_v<Member, ElementOf<Member>>) option->capture_default_str();
  });
}

/// The text of a TOML value of the type that a T needs. @throws ValueError for another type.
template <class T>
std::string text_of(const TomlEntry& entry) {
  const auto refuse = [&](const char* needed) { throw ValueError(entry.key + " must be " + needed); };
  if constexpr (std::is_arithmetic_v<T>) {
    if (const auto* whole = std::get_if<std::int64_t>(&entry.value)) return std::to_string(*whole);
  }
  if constexpr (std::is_floating_point_v<T>) {
    if (const auto* real = std::get_if<double>(&entry.value)) return to_toml(*real);
    refuse("a number, without quotes");
  } else if constexpr (std::is_integral_v<T>) {
    const auto* quoted = std::get_if<std::string>(&entry.value);
    if (std::is_unsigned_v<T> && quoted) return *quoted;  // past TOML's integers
    refuse("a whole number, without quotes");
  } else {
    if (const auto* text = std::get_if<std::string>(&entry.value)) return *text;
    refuse("a text in quotes");
  }
  return {};
}

/// The entries of a file. @throws ValueError naming the file and the line for what is no flat TOML, and for a key that
/// is not known, with a suggestion.
std::vector<TomlEntry> read_settings_file(const std::filesystem::path& file, const std::vector<std::string>& known);

/// Fills the settings that a file has, but for those that are given already. @throws ValueError as above, and for
/// values of another type or outside of their domain.
template <class S>
void read_settings(
    S& settings, const std::filesystem::path& file,
    const std::function<bool(const std::string& name)>& given = [](const std::string&) { return false; }) {
  std::vector<std::string> known;
  for_each_setting(settings, [&](const char* name, auto&, const char*, const Domain&) { known.emplace_back(name); });
  for (const TomlEntry& entry : read_settings_file(file, known)) {
    for_each_setting(settings, [&](const std::string& name, auto& member, const char*, const Domain& domain) {
      if (name != entry.key) return;
      using T = ElementOf<std::remove_reference_t<decltype(member)>>;
      try {
        const T value = parse_value<T>(name, text_of<T>(entry), domain);
        if (!given(name)) member = value;
      } catch (const ValueError& e) {
        throw ValueError("config " + file.string() + ": line " + std::to_string(entry.line) + ": " + e.what());
      }
    });
  }
}

/// The TOML text that read_settings reads back, unset values left out. @throws ValueError for texts that are not UTF-8.
template <class S>
std::string settings_to_toml(const S& settings, const std::string& comment) {
  std::string text = "# " + comment + "\n";
  for_each_setting(settings, [&](const std::string& name, const auto& member, const char*, const Domain&) {
    using Member = std::remove_cvref_t<decltype(member)>;
    if constexpr (std::is_same_v<Member, std::optional<ElementOf<Member>>>) {
      if (member) text += name + " = " + to_toml(*member) + "\n";
    } else {
      text += name + " = " + to_toml(member) + "\n";
    }
  });
  return text;
}

}  // namespace xgrad::command_line
