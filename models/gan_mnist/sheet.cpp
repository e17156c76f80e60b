// SPDX-License-Identifier: BSD-3-Clause
// Points drawn at random or along ways, laid out in a square or in a row for each class.
#include <algorithm>
#include <cmath>
#include <numbers>

#include <xgrad/autograd/grad_mode.h>
#include <xgrad/autograd/ops.h>
#include <xgrad/models/data/loader.h>
#include <xgrad/models/demonstrator.h>
#include <xgrad/models/gan_mnist/sheet.h>
#include <xgrad/models/trainer.h>

namespace xgrad::gan_mnist {

namespace {

// `rows` ways of `columns` points each from one random point to another: cos(t) a + sin(t) b, t from 0 to a quarter
// turn, is distributed like a and b themselves all the way, which a straight line is not.
Variable ways(std::int64_t rows, std::int64_t columns, std::int64_t latent, Generator& random) {
  const Variable a = normal({rows, 1, latent}, 0.0, 1.0, DType::float32, random);
  const Variable b = normal({rows, 1, latent}, 0.0, 1.0, DType::float32, random);
  const double step = columns > 1 ? std::numbers::pi / 2.0 / static_cast<double>(columns - 1) : 0.0;
  const Variable t = reshape(arange(columns, DType::float32, 0.0, step), {1, columns, 1});
  return cos(t) * a + sin(t) * b;
}

}  // namespace

Sheet make_sheet(const SheetOptions& options, Generator& random) {
  const auto [n, latent, classes, label, interpolate] = options;
  const bool row_each = classes > 0 && !label;
  const auto square = static_cast<std::int64_t>(std::ceil(std::sqrt(static_cast<double>(n))));
  const std::int64_t columns = row_each ? (n + classes - 1) / classes : square;
  const std::int64_t rows = row_each ? classes : (n + columns - 1) / columns;
  const std::int64_t images = row_each || interpolate ? rows * columns : n;
  Sheet sheet{.rows = rows, .columns = columns, .z = {}};
  if (row_each) {
    const Variable points =
        interpolate ? ways(1, columns, latent, random) : normal({1, columns, latent}, 0.0, 1.0, DType::float32, random);
    sheet.z = reshape(expand(points, {rows, columns, latent}), {images, latent});
  } else if (interpolate) {
    sheet.z = reshape(ways(rows, columns, latent, random), {images, latent});
  } else {
    sheet.z = normal({images, latent}, 0.0, 1.0, DType::float32, random);
  }
  if (classes > 0) {
    std::vector<std::int64_t> labels(static_cast<std::size_t>(images));
    for (std::int64_t i = 0; i < images; ++i) labels[static_cast<std::size_t>(i)] = label.value_or(i / columns);
    sheet.condition = one_hot(Variable(Array::from<std::int64_t>(labels, {images})), classes);
  }
  return sheet;
}

void add_real(Sheet& sheet, const std::vector<std::shared_ptr<const models::Dataset>>& data,
              const models::NetworkSpec& network, std::int64_t n, Generator& random) {
  constexpr std::int64_t most_columns = 8;
  if (sheet.columns == 0) sheet.columns = std::min(n, most_columns);
  const std::int64_t whole = (n + sheet.columns - 1) / sheet.columns * sheet.columns;
  for (const auto& one : data) {
    random = random.split(sheet.real.size() + 1);  // datasets of one size are not to be paired
    models::DataLoader loader(one, {.batch_size = whole, .range = network.range, .layout = network.layout}, random);
    sheet.real.push_back(loader.next().samples);
  }
}

Array draw_sheet(nn::Module& sampler, const Sheet& sheet) {
  Variables parts;
  if (sheet.z.defined()) parts.push_back(models::generate(sampler, sheet.z, sheet.condition));
  if (!sheet.real.empty()) {
    const NoGradGuard guard;
    sampler.eval();
    for (std::int64_t first = 0; first < sheet.real.front().size(0); first += sheet.columns) {
      Variables row;
      for (const Variable& real : sheet.real) row.push_back(slice(real, 0, first, first + sheet.columns));
      for (const Variable& shown : dynamic_cast<models::Demonstrator&>(sampler).demonstrate(row))
        parts.push_back(shown);
    }
  }
  return concat(parts).array();
}

Array draw_many(nn::Module& generator, std::int64_t n, std::int64_t latent, std::int64_t classes, Generator& random) {
  constexpr std::int64_t at_once = 500;
  Variables parts;
  for (std::int64_t first = 0; first < n; first += at_once) {
    const std::int64_t count = std::min(at_once, n - first);
    const Variable z = normal({count, latent}, 0.0, 1.0, DType::float32, random);
    Variable condition;
    if (classes > 0) {
      std::vector<std::int64_t> labels;
      for (std::int64_t i = 0; i < count; ++i) labels.push_back((first + i) % classes);
      condition = one_hot(tensor(labels, {count}), classes);
    }
    parts.push_back(reshape(models::generate(generator, z, condition), {count, -1}));
  }
  const NoGradGuard guard;
  return concat(parts).array();
}

}  // namespace xgrad::gan_mnist
