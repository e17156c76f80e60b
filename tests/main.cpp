// SPDX-License-Identifier: BSD-3-Clause
// The test program's main: doctest's own.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>
