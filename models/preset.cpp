// SPDX-License-Identifier: BSD-3-Clause
// The table of presets.
#include <xgrad/models/preset.h>

#include <xgrad/autograd/text.h>
#include <xgrad/models/suggest.h>
#include <xgrad/optim/optim.h>

namespace xgrad::models {

std::unique_ptr<optim::Optimizer> OptimizerSpec::make(Variables parameters) const {
  switch (kind) {
    case Kind::adam:
      return std::make_unique<optim::Adam>(std::move(parameters),
                                           optim::AdamOptions{.lr = lr, .betas = {beta1, beta2}});
    case Kind::rmsprop:
      return std::make_unique<optim::RMSprop>(std::move(parameters), optim::RMSpropOptions{.lr = lr});
    case Kind::sgd:
      break;
  }
  return std::make_unique<optim::SGD>(std::move(parameters), optim::SGDOptions{.lr = lr});
}

std::string to_string(const OptimizerSpec& spec) {
  using xgrad::detail::formatted;
  switch (spec.kind) {
    case OptimizerSpec::Kind::adam:
      return formatted("Adam(%g, %g, %g)", spec.lr, spec.beta1, spec.beta2);
    case OptimizerSpec::Kind::rmsprop:
      return formatted("RMSprop(%g)", spec.lr);
    case OptimizerSpec::Kind::sgd:
      break;
  }
  return formatted("SGD(%g)", spec.lr);
}

const std::vector<Preset>& preset_table() {
  using Kind = OptimizerSpec::Kind;
  using Player = Penalty::Player;
  static const std::vector<Preset> table = {
      {.name = "gan",
       .about = "the standard GAN, non-saturating (Goodfellow et al., 2014)",
       .objective = non_saturating()},
      {.name = "gan-minimax",
       .about = "the zero-sum game of the same article; its generator's gradient vanishes when D wins",
       .objective = minimax()},
      {.name = "hinge", .about = "hinge losses (Lim and Ye, 2017)", .objective = hinge()},
      {.name = "rsgan",
       .about = "each real sample judged against a generated one (Jolicoeur-Martineau, 2019)",
       .objective = relativistic()},
      {.name = "ragan",
       .about = "each sample judged against the mean of the other kind (Jolicoeur-Martineau, 2019)",
       .objective = relativistic_average()},
      {.name = "lsgan", .about = "least squares (Mao et al., 2017)", .objective = lsgan()},
      {.name = "dcgan",
       .about = "gan on convolutional networks with batch normalisation (Radford et al., 2016)",
       .objective = non_saturating(),
       .network = "dcgan28",
       .epochs = 5},
      {.name = "sngan",
       .about = "hinge losses, D's layers under spectral normalisation (Miyato et al., 2018)",
       .objective = hinge(),
       .network = "dcgan28",
       .spectral_norm = true,
       .epochs = 10},
      {.name = "cgan",
       .about = "gan told labels, beside z and beside the image (Mirza and Osindero, 2014)",
       .objective = non_saturating(),
       .labels = Labels::concat},
      {.name = "cgan-projection",
       .about = "sngan told labels, D by projection (Miyato and Koyama, 2018)",
       .objective = hinge(),
       .network = "dcgan28",
       .spectral_norm = true,
       .labels = Labels::projection,
       .epochs = 10},
      {.name = "pacgan2",
       .about = "gan, D judging two samples together (Lin et al., 2018)",
       .objective = non_saturating(),
       .pac = 2},
      {.name = "pacgan3",
       .about = "gan, D judging three together",
       .objective = non_saturating(),
       .pac = 3,
       .batch_size = 63},
      {.name = "pacgan4", .about = "gan, D judging four together", .objective = non_saturating(), .pac = 4},
      {.name = "wgan",
       .about = "Wasserstein distance, weights clipped (Arjovsky et al., 2017)",
       .objective = wasserstein(),
       .schedule = n_critic(5),
       .optimizer = {.kind = Kind::rmsprop, .lr = 5e-5},
       .weight_clip = 0.01,
       .epochs = 60},
      {.name = "wgan-gp",
       .about = "Wasserstein distance with gradient penalty (Gulrajani et al., 2017)",
       .objective = wasserstein(),
       .penalty = wgan_gp(10.0),
       .schedule = n_critic(5),
       .optimizer = {.lr = 1e-4, .beta1 = 0.5, .beta2 = 0.9},
       .epochs = 60},
      {.name = "wgan-gp-text",
       .about = "wgan-gp on characters: D sees G's softmax beside one-hot text (Gulrajani et al., 2017)",
       .objective = wasserstein(),
       .penalty = wgan_gp(10.0),
       .schedule = n_critic(5),
       .network = "text-resnet",
       .optimizer = {.lr = 5e-4, .beta1 = 0.5, .beta2 = 0.9},
       .epochs = 10},
      {.name = "wavegan",
       .about = "wgan-gp on sound, by long convolutions in one dimension (Donahue et al., 2019)",
       .objective = wasserstein(),
       .penalty = wgan_gp(10.0),
       .schedule = n_critic(3),
       .network = "wavegan",
       .optimizer = {.lr = 1e-3, .beta1 = 0.5, .beta2 = 0.9},
       .batch_size = 32,
       .epochs = 50},
      {.name = "r1",
       .about = "gan, D kept flat at the data (Mescheder et al., 2018)",
       .objective = non_saturating(),
       .penalty = r1(1.0),
       .batch_size = 128,
       .epochs = 50},
      {.name = "r1-lazy",
       .about = "r1, paid in one update of D in 16 (Karras et al., 2020)",
       .objective = non_saturating(),
       .penalty = lazy(r1(1.0), 16),
       .batch_size = 128,
       .epochs = 50},
      {.name = "r2",
       .about = "gan, D kept flat at generated samples (Mescheder et al., 2018)",
       .objective = non_saturating(),
       .penalty = r2(1.0)},
      {.name = "r3gan",
       .about = "rsgan, D kept flat at real and generated samples (Huang et al., 2024)",
       .objective = relativistic(),
       .penalty = r1_and_r2(1.0)},
      {.name = "dragan",
       .about = "gan, D's slope kept near 1 around the data (Kodali et al., 2017)",
       .objective = non_saturating(),
       .penalty = dragan(10.0)},
      {.name = "instance-noise",
       .about = "gan, D seeing every sample through noise that fades (Soenderby et al., 2017)",
       .objective = non_saturating(),
       .instance_noise = InstanceNoise{}},
      {.name = "unrolled",
       .about = "gan-minimax, G seeing five of D's steps ahead (Metz et al., 2017)",
       .objective = minimax(),
       .method = GameMethod{.kind = GameMethod::Kind::unrolled},
       .d_rate = 0.1},
      {.name = "cgd",
       .about = "gan-minimax, both players moved to the equilibrium of a local game (Schaefer and Anandkumar, 2019)",
       .objective = minimax(),
       .method = GameMethod{.kind = GameMethod::Kind::competitive, .zero_sum = true},
       .optimizer = {.kind = Kind::sgd, .lr = 0.3}},
      {.name = "acgd",
       .about = "cgd with step sizes from the mean squared gradients (Schaefer et al., 2020)",
       .objective = minimax(),
       .method = GameMethod{.kind = GameMethod::Kind::adaptive, .zero_sum = true},
       .optimizer = {.kind = Kind::sgd, .lr = 1e-4}},
      {.name = "gean",
       .about = "gan, both players moved once from the same parameters by the gradients of many batches",
       .objective = non_saturating(),
       .schedule = simultaneous(4),
       .optimizer = {.lr = 4e-4},
       .epochs = 40},
      {.name = "gcdg",
       .about = "gan, in phases with and without a term that pairs real with generated samples",
       .objective = non_saturating(),
       .pairing = Pairing{},
       .schedule = {.phases = {.paired = 8, .standard = 8}}},
      {.name = "gcdg-literal",
       .about = "gcdg with one term in both losses, by which D learns to take generated samples for real",
       .objective = non_saturating(),
       .pairing = Pairing{.literal = true},
       .schedule = {.phases = {.paired = 8, .standard = 8}}},
      {.name = "g-gan",
       .about = "gan, G's loss with the gradient of D(G(z)) by z",
       .objective = non_saturating(),
       .penalty = latent_gradient(0.1, Player::generator)},
      {.name = "atgp",
       .about = "gan, both losses with the gradient of D(G(z)) by z",
       .objective = non_saturating(),
       .penalty = latent_gradient(0.1, Player::both)},
      {.name = "vae",
       .about = "variational autoencoder (Kingma and Welling, 2014)",
       .family = Vae{.kl = 1.0, .deviation = 0.5},
       .optimizer = {.lr = 1e-3, .beta1 = 0.9},
       .batch_size = 128,
       .epochs = 10},
      {.name = "vae-gan",
       .about = "a vae that compares images by a discriminator's features (Larsen et al., 2016)",
       .objective = non_saturating(),
       .family = VaeGan{.kl = 0.1, .features = 1.0},
       .optimizer = {.lr = 5e-4},
       .epochs = 10},
      {.name = "cyclegan",
       .about = "translation between two kinds of images without pairs (Zhu et al., 2017)",
       .objective = lsgan(),
       .family = CycleGan{.cycle = 10.0, .identity = 5.0, .pool = 50},
       .optimizer = {.lr = 1e-3},
       .epochs = 5},
      {.name = "inpaint",
       .about = "context encoder: fills a hole in the middle of an image (Pathak et al., 2016)",
       .objective = non_saturating(),
       .family = Inpainting{.adversarial = 0.001, .hole = 0.5},
       .optimizer = {.lr = 1e-3},
       .epochs = 10},
  };
  return table;
}

const Preset& find_preset(std::string_view name) { return find_row(preset_table(), name, "preset"); }

std::string formula(const Preset& preset) {
  const std::string losses =
      formula(preset.family, (preset.pairing ? paired(preset.objective, *preset.pairing) : preset.objective).formula);
  if (!preset.penalty) return losses;
  const auto player = preset.penalty->player;
  const char* payer = player == Penalty::Player::both ? "D, G" : player == Penalty::Player::generator ? "G" : "D";
  const int every = preset.penalty->every;
  const std::string n = std::to_string(every);
  return losses + "   " + payer + ": + " + preset.penalty->formula +
         (every > 1 ? ", " + n + " times as much in one update in " + n : "");
}

}  // namespace xgrad::models
