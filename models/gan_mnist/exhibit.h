// SPDX-License-Identifier: BSD-3-Clause
// Exhibit: samples written as people look at, read or listen to them.
#pragma once

#include <filesystem>
#include <string>

#include <xgrad/models/data/format.h>
#include <xgrad/models/data/pixels.h>
#include <xgrad/models/gan_mnist/sheet.h>

namespace xgrad::gan_mnist {

/// Of the file with samples of a kind: ".png", ".txt" or ".wav".
const char* extension_of(models::DataKind kind);

/// Images and waves' spectrograms as a grid of the sheet's columns, texts a line each, waves one after the
/// other. Waves are written beside their spectrograms, to `path` with the extensions .wav and .png. Gives the path of
/// the samples. @throws IoError
std::filesystem::path write_exhibit(const std::filesystem::path& path, const Array& samples, const Sheet& sheet,
                                    const models::SampleFormat& format, models::PixelRange range);

/// The same into a folder of exhibits, none of which is lost: where `name` holds other samples already, they become
/// name-2, name-3, ... Gives the path. @throws IoError
std::filesystem::path add_exhibit(const std::filesystem::path& folder, const std::string& name, const Array& samples,
                                  const Sheet& sheet, const models::SampleFormat& format, models::PixelRange range);

/// @throws UsageError when a file that is to be written is a folder.
void refuse_folder(const std::filesystem::path& out);

}  // namespace xgrad::gan_mnist
