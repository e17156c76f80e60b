// SPDX-License-Identifier: BSD-3-Clause
// One way of showing samples for each kind of data.
#include <xgrad/models/gan_mnist/exhibit.h>

#include <string>

#include <xgrad/models/audio/spectrum.h>
#include <xgrad/models/audio/wav.h>
#include <xgrad/models/data/text.h>
#include <xgrad/models/gan_mnist/exit_code.h>
#include <xgrad/models/image/png.h>
#include <xgrad/nn/file.h>

namespace xgrad::gan_mnist {

namespace fs = std::filesystem;
using namespace xgrad::models;

namespace {

std::string lines_of(const Array& samples, const std::string& alphabet) {
  std::string text;
  for (const std::u32string& line : spell(samples, alphabet)) text += to_utf8(line) + "\n";
  return text;
}

// A moment of silence after each.
Sound one_after_another(const Array& waves, std::int64_t rate) {
  const std::int64_t length = waves.shape()[1];
  const auto pause = static_cast<std::size_t>(length / 8);
  Sound sound{.rate = rate, .samples = {}};
  for (const double x : waves.to_vector<double>()) {
    sound.samples.push_back(to_sample(x));
    const auto period = static_cast<std::size_t>(length) + pause;
    if (sound.samples.size() % period == static_cast<std::size_t>(length)) {
      sound.samples.insert(sound.samples.end(), pause, 0);
    }
  }
  return sound;
}

}  // namespace

const char* extension_of(DataKind kind) {
  switch (kind) {
    case DataKind::text:
      return ".txt";
    case DataKind::waves:
      return ".wav";
    case DataKind::images:
      break;
  }
  return ".png";
}

fs::path write_exhibit(const fs::path& path, const Array& samples, const Sheet& sheet, const SampleFormat& format,
                       PixelRange range) {
  const auto write_pictures = [&](const fs::path& to, const Array& pictures, PixelRange of) {
    const std::int64_t rows = (pictures.shape()[0] + sheet.columns - 1) / sheet.columns;
    const std::int64_t channels = format.kind == DataKind::images ? format.channels : 1;
    write_grid(to.string(), pictures, {.rows = rows, .columns = sheet.columns, .range = of, .channels = channels});
  };
  switch (format.kind) {
    case DataKind::text:
      nn::write_file(path.string(), lines_of(samples, format.alphabet));
      return path;
    case DataKind::waves: {
      const Array waves = samples.reshape({samples.shape()[0], format.width});
      const fs::path sound = fs::path(path).replace_extension(".wav");
      nn::write_file(sound.string(), encode_wav(one_after_another(waves, format.rate)));
      write_pictures(fs::path(path).replace_extension(".png"), spectrogram(waves), PixelRange::unit);
      return sound;
    }
    case DataKind::images:
      break;
  }
  // Networks of perceptrons give rows of pixels, which do not say how high an image is.
  write_pictures(path, samples.reshape({samples.shape()[0], format.channels, format.height, format.width}), range);
  return path;
}

fs::path add_exhibit(const fs::path& folder, const std::string& name, const Array& samples, const Sheet& sheet,
                     const SampleFormat& format, PixelRange range) {
  const auto place = [&](std::size_t number) {
    return folder / (name + (number > 1 ? "-" + std::to_string(number) : "") + extension_of(format.kind));
  };
  std::size_t number = 1;
  while (fs::exists(place(number))) ++number;
  fs::create_directories(folder);
  const fs::path added = write_exhibit(place(number), samples, sheet, format, range);
  const std::string content = nn::read_file(added.string());
  for (std::size_t earlier = 1; earlier < number; ++earlier) {
    if (nn::read_file(place(earlier).string()) != content) continue;
    fs::remove(added);
    if (format.kind == DataKind::waves) fs::remove(fs::path(added).replace_extension(".png"));
    return place(earlier);
  }
  return added;
}

void refuse_folder(const fs::path& out) {
  if (fs::is_directory(out)) throw UsageError("--out " + out.string() + " is a folder; name the file to write");
}

}  // namespace xgrad::gan_mnist
