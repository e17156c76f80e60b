// SPDX-License-Identifier: BSD-3-Clause
// What a run's numbers depend on besides its configuration: code, compiler, BLAS, processor, data.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <xgrad/models/data/dataset.h>

namespace xgrad::models {

/// A JSON object: version, commit, compiler, flags, what machine() says (threads, BLAS, oneDNN, processor, who computes
/// what, warnings), data files with their SHA-256. What cannot be known is null.
std::string environment_json(const std::vector<DataFile>& data);

/// @throws FormatError when the environment, the JSON text above, tells of files with other hashes than `data` have.
void refuse_other_data(const std::string& environment, const std::vector<DataFile>& data);

}  // namespace xgrad::models
