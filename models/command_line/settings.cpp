// SPDX-License-Identifier: BSD-3-Clause
// A file of settings.
#include <xgrad/models/command_line/settings.h>

#include <algorithm>

#include <xgrad/models/suggest.h>
#include <xgrad/nn/file.h>

namespace xgrad::command_line {

namespace {

// Bytes; ours have a few hundred. toml++ 3.3 goes a step deeper for each dot of a key, to the end of the stack.
constexpr std::uint64_t longest = 1 << 14;

// xgrad once wrote a seed past TOML's integers without quotes.
std::string with_old_seed_quoted(std::string text) {
  constexpr std::string_view key = "seed = ";
  const std::size_t at = text.starts_with(key) ? 0 : text.find("\n" + std::string(key)) + 1;
  if (at == 0 && !text.starts_with(key)) return text;
  const std::size_t begin = at + key.size();
  const std::size_t end = std::min(text.find_first_not_of("0123456789", begin), text.size());
  std::int64_t fits = 0;
  const bool small = std::from_chars(text.data() + begin, text.data() + end, fits).ec != std::errc::result_out_of_range;
  return small ? text : text.insert(end, "\"").insert(begin, "\"");
}

}  // namespace

std::vector<TomlEntry> read_settings_file(const std::filesystem::path& file, const std::vector<std::string>& known) {
  const auto refuse = [&](const std::string& why) { throw ValueError("config " + file.string() + ": " + why); };
  if (std::filesystem::is_directory(file)) refuse("this is a folder; a run's is the config.toml in it");
  if (!std::filesystem::exists(file)) throw ValueError("there is no config file " + file.string());
  std::vector<TomlEntry> entries;
  try {
    entries = parse_toml(with_old_seed_quoted(nn::read_file(file.string(), longest)));
  } catch (const ValueError& e) {
    refuse(e.what());
  } catch (const FormatError& e) {  // it is too long
    refuse(e.what());
  }
  for (const TomlEntry& entry : entries) {
    if (std::find(known.begin(), known.end(), entry.key) != known.end()) continue;
    refuse("line " + std::to_string(entry.line) + ": " + models::unknown_name("key", on_one_line(entry.key), known));
  }
  return entries;
}

}  // namespace xgrad::command_line
