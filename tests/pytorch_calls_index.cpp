// SPDX-License-Identifier: BSD-3-Clause
// PyTorch calls: rows of autograd/ops/index.h.
#include "pytorch_calls.h"

namespace xgrad::testing {
namespace {

const PyTorchCalls rows({
    {"gather", read_index<gather>},
    {"scatter_add", add_at_index<scatter_add>},
    {"index_select", read_index<index_select>},
    {"index_add", add_at_index<index_add>},
    {"embedding", binary<embedding>},
});

}  // namespace
}  // namespace xgrad::testing
