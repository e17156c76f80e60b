// SPDX-License-Identifier: BSD-3-Clause
// libFuzzer on gan_mnist's configuration files: UsageError and ValueError are the ways out, and what a run writes into
// its folder reads back as the same.
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include <xgrad/models/gan_mnist/exit_code.h>
#include <xgrad/models/gan_mnist/settings.h>

namespace {

/// A file in memory, for a parser that takes a path.
class MemoryFile {
 public:
  explicit MemoryFile(std::string_view content) : descriptor_(memfd_create("config", 0)) {
    if (descriptor_ < 0 || write(descriptor_, content.data(), content.size()) < 0) std::abort();
  }
  ~MemoryFile() { close(descriptor_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  std::string path() const { return "/proc/self/fd/" + std::to_string(descriptor_); }

 private:
  int descriptor_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace xgrad::gan_mnist;
  std::string written;
  try {
    const Settings settings = read_settings(MemoryFile({reinterpret_cast<const char*>(data), size}).path());
    written = to_toml(spell_out(settings, make_plan(settings, 60000)));
  } catch (const UsageError&) {
    return 0;
  } catch (const xgrad::ValueError&) {
    return 0;
  }
  if (to_toml(read_settings(MemoryFile(written).path())) != written) std::abort();
  return 0;
}
