// SPDX-License-Identifier: BSD-3-Clause
// A profile as rows, as a table and as a Chrome trace.
#include <algorithm>
#include <fstream>
#include <locale>

#include <xgrad/autograd/error.h>
#include <xgrad/autograd/profile_collector.h>
#include <xgrad/autograd/profiler.h>
#include <xgrad/autograd/text.h>

namespace xgrad {

namespace {

using detail::Collector;
using detail::formatted;
using Kind = Collector::Kind;

constexpr std::string_view separator = " > ";

double ms(std::int64_t ns) { return static_cast<double>(ns) * 1e-6; }

/// Billions a second.
double rate(std::int64_t amount, double milliseconds) {
  return milliseconds > 0 ? static_cast<double>(amount) * 1e-6 / milliseconds : 0;
}

bool inside(const std::string& path, const std::string& outer) {
  return path.size() > outer.size() && path.starts_with(outer) &&
         std::string_view(path).substr(outer.size()).starts_with(separator);
}

/// A path's last name, set in by its depth.
std::string indented(const std::string& path) {
  std::size_t depth = 0, start = 0;
  for (std::size_t at = path.find(separator); at != std::string::npos; at = path.find(separator, start)) {
    start = at + separator.size();
    ++depth;
  }
  return std::string(2 * depth, ' ') + path.substr(start);
}

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  }
  return out;
}

}  // namespace

Profile::Profile() : collector_(std::make_unique<Collector>()) {}
Profile::~Profile() = default;
Profile::Profile(Profile&&) noexcept = default;
Profile& Profile::operator=(Profile&&) noexcept = default;

std::vector<Profile::Op> Profile::ops() const {
  std::vector<Op> found;
  for (const Kind kind : {Kind::op, Kind::rule}) {
    for (const auto& r : collector_->rows(kind)) {
      found.push_back({r.name, kind == Kind::rule, r.calls, ms(r.total_ns), ms(r.self_ns), r.bytes, r.flops});
    }
  }
  std::stable_sort(found.begin(), found.end(), [](const Op& a, const Op& b) { return a.self_ms > b.self_ms; });
  return found;
}

std::vector<Profile::Layer> Profile::layers() const {
  const auto& rows = collector_->rows(Kind::scope);
  std::vector<Layer> found;
  // Depth first: after each scope those within it, as they came.
  const auto add = [&](const auto& self, const Collector::Row& row) -> void {
    Layer layer{row.name, row.calls, ms(row.total_ns), ms(row.backward_ns), row.flops + row.backward_flops};
    for (const auto& r : rows) {
      if (!inside(r.name, row.name)) continue;
      layer.backward_ms += ms(r.backward_ns);
      layer.flops += r.backward_flops;
    }
    found.push_back(std::move(layer));
    for (const auto& r : rows) {
      if (inside(r.name, row.name) && r.name.find(separator, row.name.size() + separator.size()) == std::string::npos) {
        self(self, r);
      }
    }
  };
  for (const auto& r : rows) {
    if (r.name.find(separator) == std::string::npos) add(add, r);
  }
  return found;
}

double Profile::total_ms() const noexcept { return ms(collector_->watched_ns()); }

std::string Profile::table() const {
  std::string text = formatted("%-28s %9s %11s %11s %6s %10s %9s %8s\n", "op", "calls", "self ms", "total ms", "%",
                               "GFLOP", "GFLOP/s", "GB/s");
  const double all = total_ms();
  double accounted = 0;
  for (const Op& op : ops()) {
    accounted += op.self_ms;
    // The work of a rule is its ops', and stands in their rows.
    text += formatted("%-28.28s %9lld %11.3f %11.3f %6.1f", (op.rule ? "rule of " + op.name : op.name).c_str(),
                      static_cast<long long>(op.calls), op.self_ms, op.total_ms, all > 0 ? 100 * op.self_ms / all : 0);
    if (!op.rule) {
      text += formatted(" %10.4f %9.2f %8.2f", static_cast<double>(op.flops) * 1e-9, rate(op.flops, op.self_ms),
                        rate(op.bytes, op.self_ms));
    }
    text += '\n';
  }
  text += formatted("%-28s %9s %11.3f %11.3f %6.1f\n", "outside ops and rules", "", all - accounted, all,
                    all > 0 ? 100 * (all - accounted) / all : 0);
  const auto scopes = layers();
  if (scopes.empty()) return text;
  text +=
      formatted("\n%-50s %9s %11s %12s %10s %9s\n", "layer", "calls", "forward ms", "backward ms", "GFLOP", "GFLOP/s");
  for (const Layer& l : scopes) {
    text += formatted("%-50.50s %9lld %11.3f %12.3f %10.4f %9.2f\n", indented(l.path).c_str(),
                      static_cast<long long>(l.calls), l.forward_ms, l.backward_ms, static_cast<double>(l.flops) * 1e-9,
                      rate(l.flops, l.forward_ms + l.backward_ms));
  }
  return text;
}

void Profile::chrome_trace(const std::string& path) const {
  std::ofstream file(path);
  const auto& events = collector_->events();
  const std::int64_t origin =
      events.empty() ? 0 : std::min_element(events.begin(), events.end(), [](const auto& a, const auto& b) {
                             return a.start_ns < b.start_ns;
                           })->start_ns;
  constexpr const char* category[] = {"op", "rule", "scope"};
  file.imbue(std::locale::classic());
  file << "{\"displayTimeUnit\":\"ns\",\"traceEvents\":[";
  for (std::size_t i = 0; i < events.size(); ++i) {
    const auto& e = events[i];
    std::string name = e.kind == Kind::rule ? "rule of " + e.row->name : e.row->name;
    if (const std::size_t last = name.rfind(separator); e.kind == Kind::scope && last != std::string::npos) {
      name = name.substr(last + separator.size());
    }
    file << (i == 0 ? "\n" : ",\n") << "{\"name\":\"" << escaped(name) << "\",\"cat\":\""
         << category[static_cast<std::size_t>(e.kind)] << "\",\"ph\":\"X\",\"pid\":1,\"tid\":1,\"ts\":"
         << formatted("%.3f,\"dur\":%.3f", static_cast<double>(e.start_ns - origin) * 1e-3,
                      static_cast<double>(e.duration_ns) * 1e-3)
         << ",\"args\":{\"flops\":" << e.flops << ",\"bytes\":" << e.bytes << "}}";
  }
  file << "\n]}\n";
  file.flush();
  if (!file) throw IoError("[Profile] cannot write " + path);
}

}  // namespace xgrad
