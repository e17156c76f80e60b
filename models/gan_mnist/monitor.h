// SPDX-License-Identifier: BSD-3-Clause
// Monitor: how a run's images do against ones that it has not seen, now and then while it trains.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include <xgrad/models/gan_mnist/run.h>
#include <xgrad/models/gan_mnist/settings.h>
#include <xgrad/models/metrics/image_meter.h>

namespace xgrad::gan_mnist {

class Monitor {
 public:
  /// Watches nothing where there are no images, none unseen, or the plan wants no evaluation. Without a wish the best
  /// run has the least FID, among pixels the least MMD. @throws UsageError when it cannot judge by settings.best;
  /// FormatError when the unseen images are of another size.
  Monitor(const Settings& settings, const Plan& plan, const models::SampleFormat& format);

  bool watches() const noexcept { return meter_.has_value(); }
  /// The figure that tells the best run, or "none".
  const std::string& best() const noexcept { return best_; }

  struct Finding {
    models::Figures figures;
    std::optional<double> score = {};  ///< lower is better
  };
  Finding look(Run& run) const;

 private:
  std::optional<models::ImageMeter> meter_;
  std::string best_ = "none";
};

}  // namespace xgrad::gan_mnist
