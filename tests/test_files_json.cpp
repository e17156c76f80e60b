// SPDX-License-Identifier: BSD-3-Clause
// JSON that is read from files, which may hold anything: nesting, numbers, logs.
#include <doctest/doctest.h>

#include <cstdint>
#include <string>

#include <nlohmann/json.hpp>

#include <xgrad/autograd/error.h>
#include <xgrad/models/run/environment.h>
#include <xgrad/models/run/metrics_log.h>
#include <xgrad/nn/json.h>

namespace xgrad {
namespace {

using nn::detail::parse_json;
using nn::detail::try_parse_json;
using nn::detail::whole_number;

std::string nested(int levels) {
  return std::string(static_cast<std::size_t>(levels), '[') + std::string(static_cast<std::size_t>(levels), ']');
}

TEST_CASE("JSON of a hundred levels is read, a deeper one is refused before it can overflow the stack") {
  CHECK(parse_json(nested(100)).is_array());
  CHECK_THROWS_WITH_AS(parse_json(nested(101)), doctest::Contains("deeper than 100 levels"), FormatError);
  CHECK_THROWS_AS(parse_json(std::string(10'000'000, '[')), FormatError);
  CHECK(try_parse_json(nested(1'000'000)).is_discarded());
  CHECK(nn::detail::try_parse_ordered_json(nested(1'000'000)).is_discarded());
  // Brackets in strings, side by side or after an escaped quotation mark are not levels.
  CHECK(parse_json("{\"" + std::string(1000, '[') + "\": 1}").size() == 1);
  CHECK(parse_json(R"(["\\\"[[[[", [], [], {}])").size() == 4);
  std::string many = "[";
  for (int i = 0; i < 1000; ++i) many += "[],";
  CHECK(parse_json(many + "{}]").size() == 1001);
}

TEST_CASE("a zero byte ends no JSON") {
  CHECK_THROWS_AS(parse_json(std::string("{}\0{", 4)), FormatError);
  CHECK(try_parse_json(std::string("{}\0", 3)).is_discarded());
}

TEST_CASE("keys keep their order, and text that is no JSON is discarded") {
  CHECK(nn::detail::try_parse_ordered_json(R"({"b": 1, "a": 2})").begin().key() == "b");
  for (const char* bad : {"", "{", "{} x", "nan", "[1e999]", "\"\xff\"", "\"\\ud800\""}) {
    CAPTURE(bad);
    CHECK(try_parse_json(bad).is_discarded());
    CHECK_THROWS_AS(parse_json(bad), nlohmann::json::exception);
  }
}

TEST_CASE("whole numbers are taken, what would be converted to one is not") {
  CHECK(whole_number(parse_json("18446744073709551615")) == 18446744073709551615u);
  CHECK(whole_number(parse_json("0")) == 0);
  for (const char* bad : {"-1", "1.0", "1e3", "1e300", "18446744073709551616", "\"1\"", "true", "null", "[1]"}) {
    CAPTURE(bad);
    CHECK_THROWS_AS(whole_number(parse_json(bad)), FormatError);
  }
}

TEST_CASE("of a log the whole lines up to a step are kept") {
  const std::string good = "{\"step\":1,\"loss\":null}\n{\"step\":2}\n";
  CHECK(models::metrics_up_to(good + "{\"step\":3}\n", 2) == good);
  CHECK(models::metrics_up_to(good + "{\"step\":2", 2) == good);
  CHECK(models::metrics_up_to("[]\nx\n\n{}\n{\"step\":\"1\"}\n{\"step\":1.5}\n" + nested(1'000'000) + "\n" + good, 2) ==
        good);
  CHECK(models::metrics_up_to("", 2).empty());
}

TEST_CASE("an environment that is damaged holds nothing against the data") {
  for (const std::string& text :
       {std::string("{"), std::string("[]"), std::string(R"({"data": 1})"), "{\"data\":" + nested(1'000'000) + "}"}) {
    CHECK_NOTHROW(models::refuse_other_data(text, {{.path = "a", .sha256 = "0"}}));
  }
  CHECK_THROWS_AS(models::refuse_other_data(R"({"data": [{"sha256": 0}]})", {{.path = "a", .sha256 = "0"}}),
                  FormatError);
}

}  // namespace
}  // namespace xgrad
