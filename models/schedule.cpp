// SPDX-License-Identifier: BSD-3-Clause
// Schedules in words.
#include <xgrad/models/schedule.h>

namespace xgrad::models {

std::string to_string(const Schedule& s) {
  std::string text = s.simultaneous ? "simultaneous" : "alternating";
  if (s.d_steps > 1) text += ", " + std::to_string(s.d_steps) + " updates of D for one of G";
  if (s.accumulate == whole_epoch) {
    text += ", an update from a whole epoch";
  } else if (s.accumulate > 1) {
    text += ", an update from " + std::to_string(s.accumulate) + " batches";
  }
  if (s.phases.standard > 0) {
    text += ", " + std::to_string(s.phases.paired) + " rounds with the pairing and " +
            std::to_string(s.phases.standard) + " without";
  }
  return text;
}

}  // namespace xgrad::models
