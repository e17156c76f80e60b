// SPDX-License-Identifier: BSD-3-Clause
// The two ways in which a condition enters a network.
#include <xgrad/models/conditioned.h>

#include <cmath>

#include <xgrad/autograd/error.h>
#include <xgrad/autograd/ops.h>

namespace xgrad::models {

const std::vector<LabelsName>& labels_table() {
  static const std::vector<LabelsName> table = {
      {"none", Labels::none}, {"concat", Labels::concat}, {"projection", Labels::projection}};
  return table;
}

const std::string& name_of(Labels labels) { return labels_table()[static_cast<std::size_t>(labels)].name; }

Variable evaluate(nn::Module& network, const Variable& x, const Variable& condition) {
  auto* conditioned = dynamic_cast<ConditionedModule*>(&network);
  if (!conditioned && !condition.defined()) return network(x);
  if (!conditioned) {
    throw ValueError("[evaluate] " + network.describe() + " takes no condition, and one of shape " +
                     to_string(condition.shape()) + " is given; make the networks for a preset with labels");
  }
  if (!condition.defined()) {
    throw ValueError("[evaluate] " + network.describe() +
                     " needs a condition; let the source give labels as one-hot rows");
  }
  return conditioned->forward(x, condition);
}

Variable ConcatCondition::forward(const Variable& x, const Variable& condition) {
  Shape one_each = condition.shape();
  Shape planes = condition.shape();
  for (std::size_t i = 2; i < x.rank(); ++i) {
    one_each.push_back(1);
    planes.push_back(x.shape()[i]);
  }
  // A one-hot row beside f features of about 1 would be a whisper; as long as all of them together it is heard.
  const double loudness = x.rank() == 2 ? std::sqrt(static_cast<double>(x.size(1))) : 1.0;
  return net_(concat({x, expand(reshape(loudness * condition, one_each), planes)}, 1));
}

Variable ProjectedCondition::forward(const Variable& x, const Variable& condition) {
  const Variable phi = features_(x);
  return score_(phi) + sum(embed_(condition) * phi, {1}, true);
}

}  // namespace xgrad::models
