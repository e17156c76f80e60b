// SPDX-License-Identifier: BSD-3-Clause
// vsnprintf in the calling thread's own locale, for the length of the call.
#include <xgrad/autograd/text.h>

#include <clocale>
#include <cstdarg>
#include <cstdio>

#include <locale.h>

namespace xgrad::detail {

namespace {

/// uselocale is the thread's own: setlocale would change the numbers of every other thread.
class ClassicLocale {
 public:
  ClassicLocale() : before_(uselocale(classic())) {}
  ~ClassicLocale() { uselocale(before_); }
  ClassicLocale(const ClassicLocale&) = delete;
  ClassicLocale& operator=(const ClassicLocale&) = delete;

 private:
  static locale_t classic() {
    static const locale_t c = newlocale(LC_ALL_MASK, "C", nullptr);
    return c;
  }

  locale_t before_;
};

}  // namespace

std::string formatted(const char* pattern, ...) {
  const ClassicLocale here;
  std::va_list values, again;
  va_start(values, pattern);
  va_copy(again, values);
  char text[256];
  const int length = std::vsnprintf(text, sizeof text, pattern, values);
  va_end(values);
  std::string out(length > 0 ? static_cast<std::size_t>(length) : 0, '\0');
  if (out.size() < sizeof text) {
    out.assign(text, out.size());
  } else {
    std::vsnprintf(out.data(), out.size() + 1, pattern, again);
  }
  va_end(again);
  return out;
}

std::string text_of(double value) { return formatted("%g", value); }

}  // namespace xgrad::detail
