# SPDX-License-Identifier: BSD-3-Clause
# Reads a source file, then headers: every example of a header's comments (lines that stand three spaces in, after a
# line of the comment that is empty or opens a brace) must stand in the source, which is compiled and run, but for white space.
function squeeze(line) {
  gsub(/[ \t]+/, " ", line)
  sub(/^ /, "", line)
  sub(/ $/, "", line)
  return line
}
function finish() {
  if (example != "" && !index(source, squeeze(example))) {
    printf "%s:%d: tests/test_header_examples.cpp does not have\n %s\n", file, first, example
    missing = 1
  }
  checked += example != ""
  example = ""
  follows = 0
}
FILENAME !~ /\.h$/ {
  source = source " " squeeze($0)
  next
}
FNR == 1 { finish() }
/^ *\/\/\/?$/ {
  finish()
  follows = 1
  next
}
/^ *\/\/\/?   / && follows {
  if (example == "") {
    first = FNR
    file = FILENAME
  }
  sub(/^ *\/\/\/?/, "")
  example = example " " $0
  next
}
{
  finish()
  follows = /^ *\/\/.*\{$/
}
END {
  finish()
  printf "%d examples checked\n", checked
  exit missing || !checked
}
