# SPDX-License-Identifier: BSD-3-Clause
# Reads source files, then pages: every ```c++ block of a page must stand in one of the sources, but for white space.
function squeeze(line) {
  gsub(/[ \t]+/, " ", line)
  sub(/^ /, "", line)
  sub(/ $/, "", line)
  return line
}
FILENAME !~ /\.md$/ {
  source[FILENAME] = source[FILENAME] " " squeeze($0)
  next
}
/^```/ {
  if (quoting) {
    found = 0
    for (file in source) found = found || index(source[file], quote)
    if (!found) {
      printf "%s:%d: no source has\n %s\n", FILENAME, FNR, quote
      missing = 1
    }
    ++checked
  }
  quoting = !quoting && $0 == "```c++"
  quote = ""
  next
}
quoting { quote = quote " " squeeze($0) }
END {
  printf "%d quotations checked\n", checked
  exit missing || !checked
}
