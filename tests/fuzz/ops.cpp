// SPDX-License-Identifier: BSD-3-Clause
// libFuzzer on every op: arrays that are sound, or an exception of the library.
#include <cstddef>
#include <cstdint>

#include "op_calls.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  xgrad::fuzz::call_op({data, size});
  return 0;
}
