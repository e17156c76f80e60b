// SPDX-License-Identifier: BSD-3-Clause
// Values of flags and of config.toml: the same rules for every flag of every command of both programs. The flags are
// those that --help lists, so that none is left out.
#include <doctest/doctest.h>

#include <cstdio>
#include <cstdlib>
#include <map>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include <xgrad/autograd/error.h>
#include <xgrad/models/command_line/settings.h>

#include "gan_mnist_place.h"

using namespace xgrad;
using namespace xgrad::tests;
using namespace xgrad::command_line;

namespace {

Outcome run_in(const Place& place, const std::string& program, std::vector<std::string> words) {
  Program process(program_path(program), std::move(words), place.folder.path());
  const int code = process.wait();
  return {code, process.output()};
}

struct Flag {
  std::string name;  ///< with its dashes, or a place
  std::string type;  ///< INT, UINT, FLOAT, TEXT; none of a switch
};

// "  -n,--number INT=64  How many ...", "  run TEXT REQUIRED  Run folder", "  --quiet  Print only ..."
std::vector<Flag> flags_of(const std::string& help) {
  std::vector<Flag> flags;
  const std::regex line("^  (?:-\\w,)?(--[a-z0-9-]+|[a-z]+)(?: (INT|UINT|FLOAT|TEXT)\\b)?.*");
  std::istringstream lines(help);
  bool listed = false;
  for (std::string text; std::getline(lines, text);) {
    if (text.starts_with("Options:") || text.starts_with("Positionals:") || text.starts_with("Settings ("))
      listed = true;
    if (text.empty() || text.starts_with("Examples")) listed = false;
    std::smatch found;
    if (!listed || !std::regex_match(text, found, line)) continue;
    if (found[1] == "--help" || found[1] == "--version") continue;
    flags.push_back({found[1], found[2]});
  }
  return flags;
}

// Checks exit code 2 and one line that names the flag, or its place, with the value and what is expected.
void check_value(const Place& place, const std::string& program, const std::string& command, const Flag& flag,
                 const std::string& value, bool joined = false) {
  const bool dashed = flag.name.starts_with("-");
  std::vector<std::string> words = {command};
  if (command != "games" && dashed && command != "train" && command != "table" && command != "run" &&
      command != "sweep") {
    words.emplace_back("nowhere");  // the run, which is looked at later
  }
  if (!dashed) {
    words.push_back(value);
  } else if (joined) {
    words.push_back(flag.name + "=" + value);
  } else {
    words.push_back(flag.name);
    words.push_back(value);
  }
  CAPTURE(command);
  CAPTURE(flag.name);
  CAPTURE(value);
  const Outcome outcome = run_in(place, program, words);
  CHECK_MESSAGE(outcome.code == 2, outcome.output);
  const std::string first = outcome.output.substr(0, outcome.output.find('\n'));
  CHECK_MESSAGE(first.starts_with(program + ": " + flag.name + " is "), outcome.output);
  CHECK_MESSAGE(contains(first, "must"), outcome.output);
}

std::map<std::string, std::vector<std::string>> commands() {
  return {{"gan_mnist", {"train", "sample", "eval", "inpaint", "sweep", "info"}},
          {"gan_2d", {"train", "run", "table", "games"}}};
}

}  // namespace

TEST_CASE("settings: every flag of every command refuses what is empty, no decimal number, or out of its range") {
  const Place place;
  std::size_t tried = 0;
  for (const auto& [program, names] : commands()) {
    const std::string all = run_in(place, program, {"--help"}).output;
    for (const std::string& command : names) CHECK(std::regex_search(all, std::regex("\n  " + command + " ")));
    const std::regex listed("\n  [a-z]+  +[A-Z]");
    const auto commands_there =
        std::distance(std::sregex_iterator(all.begin(), all.end(), listed), std::sregex_iterator());
    CHECK(static_cast<std::size_t>(commands_there) == names.size());
    for (const std::string& command : names) {
      const auto flags = flags_of(run_in(place, program, {command, "--help"}).output);
      CHECK(!flags.empty());
      for (const Flag& flag : flags) {
        if (flag.type.empty() && flag.name.starts_with("-")) {
          const Outcome outcome = run_in(place, program, {command, flag.name + "=no"});
          CHECK_MESSAGE(outcome.code == 2, outcome.output);
          continue;
        }
        REQUIRE(!flag.type.empty());
        ++tried;
        check_value(place, program, command, flag, "");
        if (flag.name.starts_with("-")) check_value(place, program, command, flag, "", true);
        if (flag.type == "TEXT") continue;
        for (const char* text : {"0x10", "5 ", "+5", "1e400", "inf", "--quiet"}) {
          check_value(place, program, command, flag, text);
        }
        if (flag.type == "FLOAT") continue;
        for (const char* text : {"1e3", "18446744073709551616"}) {
          check_value(place, program, command, flag, text);
        }
        if (flag.type == "INT") check_value(place, program, command, flag, "9223372036854775808");
      }
    }
  }
  CHECK(tried > 60);
  CHECK_FALSE(place.has("runs"));
  CHECK_FALSE(place.has("sweep"));
}

TEST_CASE("settings: numbers are decimal, and bounds belong to the range or not as it says") {
  const auto whole = [](const std::string& text) { return parse_value<std::int64_t>("--n", text, at_least(-1)); };
  CHECK(whole("010") == 10);
  CHECK(whole("0") == 0);
  CHECK(whole("-0") == 0);
  CHECK(whole("000") == 0);
  CHECK(whole("-1") == -1);
  CHECK(whole("9223372036854775807") == 9223372036854775807);
  CHECK_THROWS_AS(whole("-2"), ValueError);
  CHECK_THROWS_AS(whole("9223372036854775808"), ValueError);
  CHECK(parse_value<std::int64_t>("--n", "-9223372036854775808", {}) == std::numeric_limits<std::int64_t>::min());
  CHECK(parse_value<std::uint64_t>("--n", "00018446744073709551615", {}) == std::numeric_limits<std::uint64_t>::max());
  CHECK_THROWS_AS(parse_value<std::uint64_t>("--n", "-1", {}), ValueError);
  CHECK_THROWS_AS(parse_value<int>("--n", "2147483648", {}), ValueError);
  CHECK(parse_value<int>("--n", "5", {.least = 1, .below = 6}) == 5);
  CHECK_THROWS_WITH_AS(parse_value<int>("--n", "6", {.least = 1, .below = 6}),
                       "--n is 6, but must be a whole decimal number from 1 to 5", ValueError);
  CHECK_THROWS_WITH_AS(parse_value<int>("--n", "", {}), doctest::Contains("--n is empty, but must be a whole"),
                       ValueError);
  CHECK_THROWS_WITH_AS(parse_value<int>("--n", "1\n2", {}), doctest::Contains("--n is \"1\\n2\", but"), ValueError);

  for (const char* text : {"x", "0x10", " 5", "5 ", "+5", "1_000", "--5", "-", "Infinity", "nan", "5\n", "\xd9\xa3"}) {
    CAPTURE(text);
    CHECK_THROWS_AS(whole(text), ValueError);
    CHECK_THROWS_AS(parse_value<double>("--x", text, {}), ValueError);
  }
  for (const char* text : {"2.0", "1e3", "1e400"}) CHECK_THROWS_AS(whole(text), ValueError);

  const auto real = [](const std::string& text, const Domain& domain = {}) {
    return parse_value<double>("--x", text, domain);
  };
  CHECK(real("010") == 10.0);
  CHECK(real("1e-3") == 1e-3);
  CHECK(real(".5") == 0.5);
  CHECK(!std::signbit(real("-0")));
  CHECK(real("1e308") == 1e308);
  CHECK_THROWS_AS(real("1e309"), ValueError);
  CHECK_THROWS_AS(real("-inf"), ValueError);
  CHECK_THROWS_WITH_AS(real("0", above(0)), "--x is 0, but must be a decimal number above 0", ValueError);
  CHECK(real("0", at_least(0)) == 0.0);
  CHECK_THROWS_WITH_AS(real("1", {.least = 0, .below = 1}),
                       "--x is 1, but must be a decimal number of at least 0 and below 1", ValueError);
}

TEST_CASE("settings: 010 is 10 on every path in") {
  const Place place;
  const Outcome flags = place.run("train --preset gan --data data --batch-size 010 --steps 012 --seed 07 --dry-run");
  CHECK_MESSAGE(contains(flags.output, "12 rounds, 9 an epoch; one update of D in each, batches of 10,"), flags.output);
  const Outcome seeded =
      place.run("train --preset gan --data data --batch-size 010 --steps 01 --seed 07 --quiet --out run");
  CHECK_MESSAGE(seeded.code == 0, seeded.output);
  CHECK(contains(content(place.folder.path() / "run/config.toml"), "seed = 7\n"));
  const Outcome image = place.run("sample run -n 08 --seed 09");
  CHECK_MESSAGE(contains(image.output, "sample-seed9.png"), image.output);
  check_refused(place.run("train --data data --lr 1 --lr 2"), 2, "--lr");
  check_refused(place.run("train --data data --out --quiet"), 2, "--out is --quiet, which looks like a flag");
}

namespace {

struct Everything {
  std::string text = "";
  std::optional<std::string> maybe = {};
  std::int64_t whole = 0;
  std::optional<int> small = {};
  std::uint64_t seed = 0;
  double real = 0.0;
  std::optional<double> rate = {};
  bool operator==(const Everything&) const = default;
};

template <class S, class F>
void for_each_setting(S& s, F&& f) {
  const Domain any;
  f("text", s.text, "", any);
  f("maybe", s.maybe, "", any);
  f("whole", s.whole, "", any);
  f("small", s.small, "", any);
  f("seed", s.seed, "", any);
  f("real", s.real, "", any);
  f("rate", s.rate, "", any);
}

Everything read(const Place& place, const std::string& text) {
  std::ofstream(place.folder.path() / "c.toml", std::ios::binary) << text;
  Everything settings;
  read_settings(settings, place.folder.path() / "c.toml");
  return settings;
}

std::string why(const Place& place, const std::string& text) {
  try {
    read(place, text);
  } catch (const ValueError& e) {
    return e.what();
  }
  return "taken";
}

const std::vector<std::string>& hostile_texts() {
  static const std::vector<std::string> texts = {"a\\nb",
                                                 "back\\slash",
                                                 "end\\",
                                                 "q\"uo'te",
                                                 "'''",
                                                 "\"\"\"",
                                                 "line\nbreak\r\n\ttab",
                                                 "\x01\x1f\x7f",
                                                 "a=b",
                                                 "#c",
                                                 "[d]",
                                                 " spaces ",
                                                 "${HOME}",
                                                 "\xc3\xa9\xe2\x80\xa8\xf0\x9d\x92\xb3",
                                                 "\xc2\x85",
                                                 "\xef\xbb\xbf",
                                                 "{x}",
                                                 "\\u0041",
                                                 std::string("nul\0nul", 7)};
  return texts;
}

}  // namespace

TEST_CASE("settings: what TOML allows is read") {
  const Place place;
  CHECK(read(place, "") == Everything{});
  CHECK(read(place, "# nothing\n\n") == Everything{});
  CHECK(read(place, "whole = 3").whole == 3);  // no newline at the end
  CHECK(read(place, "\xef\xbb\xbfwhole = 3\r\nsmall=4 # four\r\n").small == 4);
  CHECK(read(place, "whole = 1_000\nsmall = 0x10\nseed = 0b11").whole == 1000);
  CHECK(read(place, "small = 0x10").small == 16);
  CHECK(read(place, "small = 0o17").small == 15);
  CHECK(read(place, "whole = -9223372036854775808").whole == std::numeric_limits<std::int64_t>::min());
  CHECK(read(place, "whole = +7").whole == 7);
  CHECK(read(place, "seed = \"18446744073709551615\"").seed == std::numeric_limits<std::uint64_t>::max());
  CHECK(read(place, "seed = 18446744073709551615\n").seed ==
        std::numeric_limits<std::uint64_t>::max());  // as once written
  CHECK(read(place, "rate = 1").rate == 1.0);
  CHECK(read(place, "rate = 1e-3").rate == 1e-3);
  CHECK(read(place, "rate = 1_0.5").rate == 10.5);
  CHECK(read(place, "text = 'a\\nb'").text == "a\\nb");
  CHECK(read(place, "text = \"a\\nb\\u00e9\"").text == "a\nb\xc3\xa9");
  CHECK(read(place, "text = \"\"\"\na\\\n  b\nc\"\"\"").text == "ab\nc");
  CHECK(read(place, "text = '''\na\nb'''").text == "a\nb");
  CHECK(read(place, "text = \"\"\"a\\\n  \xc3\xa9\"\"\"  # \xc3\xa9").text == "a\xc3\xa9");
  CHECK(read(place, "\"text\" = 'x'\n'whole' = 2").whole == 2);
}

TEST_CASE("settings: what is no TOML, or no setting, is refused by name with the line") {
  const Place place;
  for (const auto& [text, line, part] :
       std::vector<std::array<std::string, 3>>{{"whole = 3\nrate =\n", "2", "rate ="},
                                               {"whole = 3\nrate", "2", "rate"},
                                               {"rate = fast\n", "1", "rate = fast"},
                                               {"whole = 010\n", "1", "whole = 010"},
                                               {"whole = 9223372036854775808", "1", "whole = 9"},
                                               {"rate = 1e400", "1", "rate = 1e400"},
                                               {"whole = 1\nwhole = 1\n", "2", "whole"},
                                               {"whole = 1\n\n[train]\nx = 1", "3", "[train]"},
                                               {"[[train]]\nx = 1", "1", "[train]"},
                                               {"train.x = 1", "1", "train.x"},
                                               {"whole = {x = 1}", "1", "whole.x"},
                                               {"rate = [1, 2]", "1", "rate"},
                                               {"rate = 1979-05-27", "1", "date"},
                                               {"rate = 07:32:00", "1", "time"},
                                               {"rate = inf", "1", "rate is inf"},
                                               {"rate = nan", "1", "rate is nan"},
                                               {"rate = '1'", "1", "rate must be a number"},
                                               {"rate = true", "1", "rate must be a number"},
                                               {"whole = 3.0", "1", "whole must be a whole number"},
                                               {"whole = '3'", "1", "whole must be a whole number"},
                                               {"small = 2147483648", "1", "small is 2147483648"},
                                               {"seed = -1", "1", "seed is -1"},
                                               {"seed = 'x'", "1", "seed is x"},
                                               {"text = 3", "1", "text must be a text"},
                                               {"text = ''", "1", "text is empty"},
                                               {"\n\nrade = 1", "3", "did you mean \"rate\"?"},
                                               {"text = \"a\nb\"", "1", "text = "},
                                               {"text = \"\\q\"", "1", "\\q"},
                                               {"whole = 1 small = 2", "1", "small"},
                                               {"text = \"\xff\"", "1", "utf-8"},
                                               {"[[[", "1", "[[["},
                                               {"whole = 1\nwhole \xc3\x8f = 1", "2", "\xc3\x8f"},
                                               {"=1", "1", "=1"}}) {
    CAPTURE(text);
    const std::string message = why(place, text);
    CHECK_MESSAGE(contains(message, "c.toml: line " + line + ": "), message);
    CHECK_MESSAGE(contains(message, part), message);
    CHECK_MESSAGE(!contains(message, "\n"), message);
  }
}

TEST_CASE("settings: keys of very many parts are refused, not followed to the end of the stack") {
  const Place place;
  const auto repeated = [](std::size_t n, const std::string& text) {
    std::string all;
    for (std::size_t i = 0; i < n; ++i) all += text;
    return all;
  };
  CHECK(contains(why(place, repeated(2000, "a.") + "a = 1"), "settings stand outside of tables"));
  CHECK(contains(why(place, "[" + repeated(2000, "a.") + "a]"), "settings stand outside of tables"));
  CHECK(contains(why(place, repeated(20000, "a.") + "a = 1"), "longer than the 16384 bytes"));
  CHECK(contains(why(place, "a = " + repeated(16000, "[")), "line 1"));
  CHECK(contains(why(place, "a = " + repeated(5000, "{a=")), "line 1"));
}

TEST_CASE("settings: the fuzzer's seeds are read or refused") {
  std::size_t read = 0;
  std::size_t refused = 0;
  for (const auto& entry : fs::directory_iterator(source_path("tests/fuzz/seeds/config"))) {
    CAPTURE(entry.path());
    try {
      parse_toml(content(entry.path()));
      ++read;
    } catch (const ValueError&) {
      ++refused;
    }
  }
  CHECK(read >= 2);
  CHECK(refused >= 2);
}

TEST_CASE("settings: what is written reads back, here and in another TOML parser") {
  const Place place;
  const bool python = std::system("python3 -c 'import tomllib' 2> /dev/null") == 0;
  std::ofstream script(place.folder.path() / "read.py");
  script << "import sys, tomllib\n"
            "with open(sys.argv[1], 'rb') as f: c = tomllib.load(f)\n"
            "assert type(c['real']) is float and type(c['whole']) is int\n"
            "sys.stdout.buffer.write(c['text'].encode() + b'|' + repr((c['whole'], c['real'], c['rate'], "
            "int(c['seed']))).encode())\n";
  script.close();
  const std::vector<double> reals = {0.0002, 2e-5, 1e30, 10.0, 1.0 / 3.0, -0.5, 5e-324, 1.7976931348623157e308};
  std::size_t i = 0;
  for (const std::string& text : hostile_texts()) {
    const Everything settings{.text = text,
                              .maybe = text,
                              .whole = i % 2 == 0 ? std::numeric_limits<std::int64_t>::min() : 7,
                              .small = -5,
                              .seed = i % 3 == 0 ? std::numeric_limits<std::uint64_t>::max() : 12,
                              .real = reals[i % reals.size()],
                              .rate = 1.0};
    ++i;
    CAPTURE(text);
    const std::string toml = settings_to_toml(settings, "comment");
    CHECK(read(place, toml) == settings);
    if (!python) continue;
    Program parser("/usr/bin/env", {"python3", "read.py", "c.toml"}, place.folder.path());
    CHECK_MESSAGE(parser.wait() == 0, parser.output());
    const std::string told = parser.output();
    CHECK(told.substr(0, text.size() + 1) == text + "|");
    CHECK_MESSAGE(contains(told, "(" + std::to_string(settings.whole) + ", "), told);
    CHECK_MESSAGE(contains(told, ", 1.0, " + std::to_string(settings.seed) + ")"), told);
    const std::size_t at = told.find(", ", text.size());
    CHECK(std::strtod(told.c_str() + at + 2, nullptr) == settings.real);
  }
  CHECK(contains(settings_to_toml(Everything{.real = 0.5}, ""), "real = 0.5\n"));
  CHECK_THROWS_AS(to_toml(std::string("\xff")), ValueError);
}

TEST_CASE(
    "gan_mnist: data in folders with hostile names are named in config.toml, and found by the run that repeats it") {
  const Place place;
  int number = 0;
  for (const std::string& name : hostile_texts()) {
    if (contains(name, std::string(1, '\0'))) continue;
    CAPTURE(name);
    const fs::path data = place.folder.path() / name;
    fs::create_directory_symlink(place.folder.path() / "data", data);
    const std::string run = "run" + std::to_string(number++);
    const Outcome first = run_in(place, "gan_mnist",
                                 {"train", "--preset", "gan", "--data", name, "--batch-size", "16", "--steps", "1",
                                  "--eval-every", "-1", "--quiet", "--out", run});
    CHECK_MESSAGE(first.code == 0, first.output);
    const Outcome again = place.run("train --resume " + run + " --steps 2 --quiet");
    CHECK_MESSAGE(again.code == 0, again.output);
    const auto entries = parse_toml(content(place.folder.path() / run / "config.toml"));
    const auto at = std::find_if(entries.begin(), entries.end(), [](const auto& e) { return e.key == "data"; });
    REQUIRE(at != entries.end());
    CHECK(std::get<std::string>(at->value) == (fs::canonical(place.folder.path()) / name).string());
  }
  fs::create_directory_symlink(place.folder.path() / "data", place.folder.path() / "d\xff");
  check_refused(place.run("train --data d\xff --batch-size 16 --out never"), 2, "--data: ");
  CHECK_FALSE(place.has("never"));
}
