// SPDX-License-Identifier: BSD-3-Clause
// Drawing of the progress bar.
#include <sys/ioctl.h>
#include <unistd.h>

#include <cctype>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include <xgrad/models/gan_mnist/progress.h>

namespace xgrad::gan_mnist {

namespace {

std::string clock_time(double seconds) {
  const auto s = static_cast<std::int64_t>(seconds + 0.5);
  char text[32];
  if (s >= 3600) {
    std::snprintf(text, sizeof text, "%lld:%02lld:%02lld", static_cast<long long>(s / 3600),
                  static_cast<long long>(s / 60 % 60), static_cast<long long>(s % 60));
  } else {
    std::snprintf(text, sizeof text, "%lld:%02lld", static_cast<long long>(s / 60), static_cast<long long>(s % 60));
  }
  return text;
}

// The losses among the figures, each after the name of the player it is of: "d_loss" as "D 1.234".
std::string losses(const models::RoundReport& report) {
  std::string out;
  for (const auto& [name, value] : report.figures()) {
    if (!name.ends_with("loss")) continue;
    std::string player = name.substr(0, name.find('_'));
    if (player != name) player[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(player[0])));
    char text[48];
    std::snprintf(text, sizeof text, "%s %.3f  ", player.c_str(), value);
    out += text;
  }
  return out;
}

std::size_t terminal_width() {
  winsize size{};
  return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

/// One on which a line can be drawn anew; not that of an editor or a serial line.
bool can_redraw() {
  const char* kind = std::getenv("TERM");
  return isatty(STDOUT_FILENO) != 0 && kind != nullptr && *kind != '\0' && std::strcmp(kind, "dumb") != 0;
}

}  // namespace

Progress::Progress(std::int64_t first, std::int64_t total, bool quiet, std::optional<double> minutes)
    : first_(first), total_(total), quiet_(quiet), minutes_(minutes), terminal_(can_redraw()), start_(Clock::now()) {
  next_ = start_ + std::chrono::seconds(1);
}

void Progress::update(std::int64_t step, const models::RoundReport& report) {
  if (quiet_) return;
  const auto now = Clock::now();
  if (now < next_ && step < total_) return;
  next_ = now + (terminal_ ? std::chrono::milliseconds(200) : std::chrono::milliseconds(10000));
  draw(step, report, now);
}

void Progress::draw(std::int64_t step, const models::RoundReport& report, Clock::time_point now) {
  const double seconds = std::chrono::duration<double>(now - start_).count();
  const double rate = static_cast<double>(step - first_) / std::max(seconds, 1e-9);
  double left = static_cast<double>(total_ - step) / std::max(rate, 1e-9);
  double share = static_cast<double>(step) / static_cast<double>(total_);
  if (minutes_ && 60.0 * *minutes_ - seconds < left) {
    left = std::max(0.0, 60.0 * *minutes_ - seconds);
    share = seconds / (seconds + left);
  }
  const std::string of = minutes_ ? "" : "/" + std::to_string(total_);
  char text[256];
  std::snprintf(text, sizeof text, "%3.0f%%  step %lld%s  %s%.0f steps/s  %s left", 100.0 * share,
                static_cast<long long>(step), of.c_str(), losses(report).c_str(), rate, clock_time(left).c_str());
  std::string line = text;
  if (!terminal_) {
    std::printf("%s\n", line.c_str());
  } else {
    const std::size_t width = terminal_width();
    const std::size_t room = width > line.size() + 4 ? std::min<std::size_t>(width - line.size() - 4, 40) : 0;
    if (room >= 8) {
      const auto full = static_cast<std::size_t>(share * static_cast<double>(room));
      line = "[" + std::string(full, '#') + std::string(room - full, '.') + "] " + line;
    }
    std::printf("\r%s\x1b[K", line.substr(0, width - 1).c_str());
    line_open_ = true;
  }
  std::fflush(stdout);
}

void Progress::finish() {
  if (line_open_) std::printf("\n");
  line_open_ = false;
}

}  // namespace xgrad::gan_mnist
