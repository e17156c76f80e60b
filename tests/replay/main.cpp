// SPDX-License-Identifier: BSD-3-Clause
// A fuzz target without libFuzzer: runs it once on each file of the folders named, so that every compiler's tests do.
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <string>

#include <xgrad/nn/file.h>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

int main(int argc, char** argv) {
  int files = 0;
  for (int i = 1; i < argc; ++i) {
    for (const auto& entry : std::filesystem::directory_iterator(argv[i])) {
      const std::string content = xgrad::nn::read_file(entry.path().string());
      LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(content.data()), content.size());
      ++files;
    }
  }
  std::printf("%d files\n", files);
  return files > 0 ? 0 : 1;
}
