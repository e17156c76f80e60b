// SPDX-License-Identifier: BSD-3-Clause
// Exhibit: samples written as people look at, read or listen to them.
#pragma once

#include <filesystem>

#include <xgrad/models/data/format.h>
#include <xgrad/models/data/pixels.h>
#include <xgrad/models/gan_mnist/sheet.h>

namespace xgrad::gan_mnist {

/// ".png" of images.
const char* extension_of(models::DataKind kind);

/// Images as a grid of the sheet's rows and columns. Gives `path`. @throws IoError
std::filesystem::path write_exhibit(const std::filesystem::path& path, const Array& samples, const Sheet& sheet,
                                    const models::SampleFormat& format, models::PixelRange range);

}  // namespace xgrad::gan_mnist
