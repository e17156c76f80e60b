// SPDX-License-Identifier: BSD-3-Clause
// StateReader: takes a state_dict apart strictly, gathering every complaint before anything is changed. Internal to
// optim.
#pragma once

#include <string>
#include <unordered_map>

#include <xgrad/autograd/state_dict.h>
#include <xgrad/autograd/variable.h>

namespace xgrad::optim::detail {

class StateReader {
 public:
  /// `owner` is named in the error. `state` must outlive the reader.
  StateReader(std::string owner, const StateDict& state);

  bool has(const std::string& name) const { return given_.count(name) > 0; }
  /// The entry of that name; undefined, and noted as a problem, unless it is there and of that kind.
  Array take(const std::string& name, const Shape& shape, DType dtype);
  /// The entries prefix + "0", prefix + "1", ..., each of the kind of its model.
  Variables take_like(const std::string& prefix, const Variables& models);
  /// A count of updates, at least 1.
  std::int64_t take_step(const std::string& name);
  /// @throws ValueError listing every name that was missing, unexpected, repeated, or of another kind.
  void finish();

 private:
  std::string owner_;
  const StateDict& state_;
  std::unordered_map<std::string, const Array*> given_;
  std::string problems_;
};

/// Adds the values under prefix + "0", prefix + "1", ...
void append(StateDict& state, const std::string& prefix, const Variables& values);

}  // namespace xgrad::optim::detail
