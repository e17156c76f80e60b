// SPDX-License-Identifier: BSD-3-Clause
// Conditioned networks: generators and discriminators that are told what a sample should show.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <xgrad/nn/module.h>

namespace xgrad::models {

/// How the players of a game learn of labels. G always has them beside z.
enum class Labels {
  none,
  concat,     ///< D has them beside its input (Mirza and Osindero, 2014)
  projection  ///< D's features are projected onto the label's vector (Miyato and Koyama, 2018)
};

/// Their names, for people.
struct LabelsName {
  std::string name;
  Labels value;
};
const std::vector<LabelsName>& labels_table();
const std::string& name_of(Labels labels);

/// A network of samples (n, ...) and a condition (n, k) on each of them: a label as its one-hot row, k classes wide.
class ConditionedModule : public nn::Module {
 public:
  using nn::Module::forward;
  virtual Variable forward(const Variable& x, const Variable& condition) = 0;
};

/// network(x), or with a condition that of a ConditionedModule.
/// @throws ValueError when the network asks for a condition and there is none, or the other way round.
Variable evaluate(nn::Module& network, const Variable& x, const Variable& condition);

/// net([x, c]): the condition as further features, sqrt(f) c beside f of them, so that a one-hot row is as long as
/// features of about 1 are together; or as constant planes, (n, c, h, w) -> (n, c + k, h, w).
class ConcatCondition : public ConditionedModule {
 public:
  explicit ConcatCondition(std::shared_ptr<nn::Module> net) : net_(register_module("net", std::move(net))) {}
  using nn::Module::forward;
  Variable forward(const Variable& x, const Variable& condition) override;
  std::string describe() const override { return "ConcatCondition"; }

 private:
  nn::Module& net_;
};

/// score(phi) + <embed(c), phi>, phi = features(x): (n, ...) -> (n, 1). When real and generated samples of a class
/// differ by a log-linear model in phi, the optimal D has this form (Miyato and Koyama, 2018, equation 3).
class ProjectedCondition : public ConditionedModule {
 public:
  /// `features` gives (n, f), `score` (n, f) -> (n, 1), `embed` (n, k) -> (n, f).
  ProjectedCondition(std::shared_ptr<nn::Module> features, std::shared_ptr<nn::Module> score,
                     std::shared_ptr<nn::Module> embed)
      : features_(register_module("features", std::move(features))),
        score_(register_module("score", std::move(score))),
        embed_(register_module("embed", std::move(embed))) {}
  using nn::Module::forward;
  Variable forward(const Variable& x, const Variable& condition) override;
  std::string describe() const override { return "ProjectedCondition"; }

 private:
  nn::Module& features_;
  nn::Module& score_;
  nn::Module& embed_;
};

}  // namespace xgrad::models
