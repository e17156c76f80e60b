// SPDX-License-Identifier: BSD-3-Clause
// One way of showing samples for each kind of data.
#include <xgrad/models/gan_mnist/exhibit.h>

#include <xgrad/models/image/png.h>

namespace xgrad::gan_mnist {

namespace fs = std::filesystem;
using models::DataKind;

const char* extension_of(DataKind) { return ".png"; }

fs::path write_exhibit(const fs::path& path, const Array& samples, const Sheet& sheet, const models::SampleFormat&,
                       models::PixelRange range) {
  models::write_grid(path.string(), samples, {.rows = sheet.rows, .columns = sheet.columns, .range = range});
  return path;
}

}  // namespace xgrad::gan_mnist
