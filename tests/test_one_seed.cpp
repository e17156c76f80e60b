// SPDX-License-Identifier: BSD-3-Clause
// One seed gives one network: no draw depends on the order in which a compiler evaluates arguments. Braces fix that
// order, parentheses do not, and both must give the same.
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <xgrad/autograd/autograd.h>
#include <xgrad/nn/nn.h>

using namespace xgrad;

namespace {

/// Every parameter, buffer and stream's state.
struct Values {
  explicit Values(const nn::Module& net) {
    for (const auto& [name, value] : net.state_dict()) values.emplace_back(name, value.to_vector<double>());
    for (const auto& [name, stream] : net.named_generators()) streams.emplace_back(name, stream->state());
    after = default_generator().state();
  }
  std::vector<std::pair<std::string, std::vector<double>>> values;
  std::vector<std::pair<std::string, Generator::State>> streams;
  Generator::State after;
  friend bool operator==(const Values&, const Values&) = default;
};

template <class Make>
Values made(const Make& make) {
  manual_seed(3);
  return Values(make());
}

}  // namespace

TEST_CASE("one seed: layers in parentheses are drawn as layers in braces") {
  using nn::Sequential;
  CHECK(made([] { return Sequential(nn::Linear(2, 3), nn::Tanh(), nn::Linear(3, 1)); }) == made([] {
          return Sequential{nn::Linear(2, 3), nn::Tanh(), nn::Linear(3, 1)};
        }));
  CHECK(made([] { return Sequential(nn::Conv2d(1, 2, 3), nn::ConvTranspose2d(2, 3, 2), nn::Conv1d(3, 1, 1)); }) ==
        made([] {
          return Sequential{nn::Conv2d(1, 2, 3), nn::ConvTranspose2d(2, 3, 2), nn::Conv1d(3, 1, 1)};
        }));
  CHECK(made([] {
          return Sequential(nn::Embedding(5, 4, {.padding_idx = 2}), nn::Dropout(0.3), nn::Maxout(4, 2, 3),
                            nn::Dropout());
        }) == made([] {
          return Sequential{nn::Embedding(5, 4, {.padding_idx = 2}), nn::Dropout(0.3), nn::Maxout(4, 2, 3),
                            nn::Dropout()};
        }));
  CHECK(made([] {
          return Sequential(nn::spectral_norm(nn::Linear(4, 3)), nn::weight_norm(nn::Linear(3, 5)), nn::Linear(5, 1));
        }) == made([] {
          return Sequential{nn::spectral_norm(nn::Linear(4, 3)), nn::weight_norm(nn::Linear(3, 5)), nn::Linear(5, 1)};
        }));
  CHECK(made([] {
          return Sequential(Sequential(nn::Linear(2, 3), nn::Linear(3, 4)), nn::Linear(4, 2),
                            Sequential(nn::Linear(2, 2), nn::Dropout()));
        }) == made([] {
          return Sequential{Sequential{nn::Linear(2, 3), nn::Linear(3, 4)}, nn::Linear(4, 2),
                            Sequential{nn::Linear(2, 2), nn::Dropout()}};
        }));
  CHECK(made([] { return Sequential(std::make_shared<nn::Linear>(2, 3), std::make_shared<nn::Linear>(3, 1)); }) ==
        made([] {
          return Sequential{std::make_shared<nn::Linear>(2, 3), std::make_shared<nn::Linear>(3, 1)};
        }));
  Generator own(7), same(7);
  CHECK(Values(Sequential(nn::Linear(2, 3, {}, own), nn::Linear(3, 1, {}, own))) ==
        Values(Sequential{nn::Linear(2, 3, {}, same), nn::Linear(3, 1, {}, same)}));
  CHECK(own.state() == same.state());
}

TEST_CASE("one seed: a network is what its layers give when they are made one after the other") {
  manual_seed(3);
  nn::Linear first(2, 3);
  nn::Linear second(3, 1);
  manual_seed(3);
  const nn::Sequential net(nn::Linear(2, 3), nn::Linear(3, 1));
  CHECK(net.parameters()[0].array().to_vector<float>() == first.weight.array().to_vector<float>());
  CHECK(net.parameters()[2].array().to_vector<float>() == second.weight.array().to_vector<float>());
}

TEST_CASE("one seed: values that somebody has given a layer stay") {
  const auto filled = [](double value) {
    nn::Linear layer(2, 2);
    nn::init::constant_(layer.weight, value);
    return layer;
  };
  const nn::Sequential net(filled(1), filled(2));
  CHECK(net.parameters()[0].array().to_vector<float>() == std::vector<float>(4, 1));
  CHECK(net.parameters()[2].array().to_vector<float>() == std::vector<float>(4, 2));

  manual_seed(5);
  nn::Linear a(2, 2), b(2, 2);
  normal({1});  // somebody else draws in between: the order is the program's
  const auto kept = a.weight.array().to_vector<float>();
  const nn::Sequential swapped(std::move(b), std::move(a));
  CHECK(swapped.parameters()[2].array().to_vector<float>() == kept);
}
