// SPDX-License-Identifier: BSD-3-Clause
// What arrays tell whoever records this thread's work: that memory was taken, filled, copied or touched. Knows no
// graph.
#pragma once

namespace xgrad {

class Array;

namespace detail {

class Buffer;
class Recorder;

/// What records the step that this thread runs for xgrad::compile, or null. Every entry here costs one branch while
/// nothing is recorded.
inline thread_local Recorder* recorder = nullptr;

/// While it lives, the recorder looks away: what is done inside is recorded as a whole, or not at all.
class PauseRecording {
 public:
  PauseRecording() noexcept {
    if (recorder) [[unlikely]]
      count(1);
  }
  ~PauseRecording() {
    if (recorder) [[unlikely]]
      count(-1);
  }
  PauseRecording(const PauseRecording&) = delete;
  PauseRecording& operator=(const PauseRecording&) = delete;

 private:
  static void count(int change) noexcept;
};

void note_made(Buffer* buffer);
void note_freed(const Buffer* buffer) noexcept;
void record_constant(const Array& value);
/// `to` holds what `from` does, perhaps in another dtype.
void record_conversion(const Array& from, const Array& to);
/// @throws CompileError unless the recorder looks away: a replay would not do that again.
void refuse_on_host(const char* what);

}  // namespace detail
}  // namespace xgrad
