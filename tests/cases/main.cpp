// SPDX-License-Identifier: BSD-3-Clause
// Runs the case that the first argument names; without one it lists them.
#include <sys/resource.h>

#include <cstdio>

#include "case.h"

int main(int argc, char** argv) {
  if (argc < 2) {
    for (const auto& [name, run] : xgrad::cases::all()) std::cout << name << "\n";
    return 0;
  }
  const auto at = xgrad::cases::all().find(argv[1]);
  if (at == xgrad::cases::all().end()) {
    std::fprintf(stderr, "There is no case %s\n", argv[1]);
    return 2;
  }
  at->second();
  return 0;
}
