// SPDX-License-Identifier: BSD-3-Clause
// Suggestions for mistyped names.
#include <doctest/doctest.h>

#include <xgrad/models/suggest.h>

using namespace xgrad::models;

TEST_CASE("suggest: edit distance") {
  CHECK(edit_distance("", "") == 0);
  CHECK(edit_distance("", "abc") == 3);
  CHECK(edit_distance("gan", "gan") == 0);
  CHECK(edit_distance("wgan", "gan") == 1);
  CHECK(edit_distance("wagn", "wgan") == 1);  // neighbours swapped
  CHECK(edit_distance("kitten", "sitting") == 3);
  CHECK(edit_distance("sitting", "kitten") == 3);
}

TEST_CASE("suggest: only what is near is suggested") {
  const std::vector<std::string> known = {"--epochs", "--steps", "--seed"};
  CHECK(nearest("--epoch", known) == "--epochs");
  CHECK(nearest("--spets", known) == "--steps");
  CHECK(nearest("--colour", known).empty());
  CHECK(unknown_name("flag", "--sead", known) == "unknown flag \"--sead\"; did you mean \"--seed\"?");
  CHECK(unknown_name("flag", "--colour", known) == "unknown flag \"--colour\"; there are: --epochs, --steps, --seed");
}
