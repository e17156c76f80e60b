# SPDX-License-Identifier: BSD-3-Clause
# Makes one program of a page's ```cpp blocks, and one text of its ```text blocks, which are what the program prints.
# A block that begins with an #include stands outside main; the others are the statements of main, in order.
/^```/ {
  kind = inside ? "" : substr($0, 4)
  inside = !inside
  first = 1
  next
}
kind == "text" { text = text $0 "\n" }
kind == "cpp" {
  where = first ? "#line " NR " \"" page "\"\n" : ""
  if (first) outside = /^#include/
  if (outside) head = head where $0 "\n"
  else body = body where $0 "\n"
  first = 0
}
END {
  printf "%sint main() {\n%s}\n", head, body >program
  printf "%s", text >output
}
