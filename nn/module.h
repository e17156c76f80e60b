// SPDX-License-Identifier: BSD-3-Clause
// Module: named parameters, buffers and submodules, found, saved and switched together.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <xgrad/autograd/compile/recording.h>
#include <xgrad/autograd/random.h>
#include <xgrad/autograd/rerun.h>
#include <xgrad/autograd/state_dict.h>
#include <xgrad/autograd/variable.h>
#include <xgrad/autograd/watch.h>
#include <xgrad/nn/initial_draw.h>

namespace xgrad::nn {

class Module;

template <class T>
using Named = std::vector<std::pair<std::string, T>>;

/// What load_state_dict did not match.
struct LoadReport {
  std::vector<std::string> missing;     ///< names of the module that the state lacks
  std::vector<std::string> unexpected;  ///< names of the state that the module lacks
};

/// Base of everything with parameters. A module owns its submodules, so that it can be moved as a whole:
///
///   struct Critic : nn::Module {
///     nn::Linear& hidden = register_module("hidden", nn::Linear(784, 128));
///     nn::Linear& score = register_module("score", nn::Linear(128, 1));
///     Variable forward(const Variable& x) override { return score(relu(hidden(x))); }
///   };
///
/// Parameters and buffers are handles shared with the registry, so a member `Variable weight` and the entry "weight"
/// are one Variable. Copying is deleted: a copy would train its original's parameters. To copy values, build a second
/// module and load the first one's state_dict.
class Module {
 public:
  virtual ~Module();  // a step that is being recorded must know
  Module(const Module&) = delete;
  Module& operator=(const Module&) = delete;

  /// @throws GraphError when a module of this kind has no one-input forward.
  virtual Variable forward(const Variable& x);
  /// Runs forward, in profiles under the name that describe() gives.
  Variable operator()(const Variable& x) {
    return (xgrad::detail::watch::on & xgrad::detail::watch::profile) != 0 ? profiled_forward(x) : forward(x);
  }

  /// Own parameters first, then those of the submodules in order of registration. A Variable registered at several
  /// places (tied weights) appears once, under its first name.
  Variables parameters() const;
  Named<Variable> named_parameters() const;
  Variables buffers() const;
  Named<Variable> named_buffers() const;
  /// This module under "", then its descendants under their dotted names.
  Named<Module*> named_modules();
  Named<const Module*> named_modules() const;
  /// The random streams of this module and its descendants (Dropout's), to be saved beside the state_dict.
  Named<std::shared_ptr<Generator>> named_generators() const;
  /// Number of elements in all parameters.
  std::int64_t n_parameters() const;

  /// Training or evaluation mode, for this module and its descendants.
  Module& train(bool on = true);
  Module& eval() { return train(false); }
  bool is_training() const {
    if (xgrad::detail::recorder) [[unlikely]]
      xgrad::detail::record_flag(training_);
    if (xgrad::detail::run) [[unlikely]]
      return xgrad::detail::Run::mode(training_);
    return training_;
  }

  /// Drops all gradients.
  void zero_grad();
  /// Turns recording on or off for all parameters.
  Module& requires_grad_(bool on = true);
  /// Converts floating parameters, their gradients, and buffers. Handles stay valid; graphs recorded earlier keep the
  /// old values and no longer reach the parameters. An optimiser must be made afterwards.
  /// @throws DTypeError when `dtype` is not floating.
  Module& to(DType dtype);

  /// Parameters and buffers by dotted name, each module's own first. Tied weights appear under each name, as in
  /// PyTorch. Later updates of the module do not change the snapshot.
  StateDict state_dict() const;
  /// Takes over the values of `state`, converted to the dtype of the parameter. With strict = false, missing and
  /// unexpected names are only reported.
  /// @throws ValueError listing every missing, unexpected, repeated and mis-shaped name; nothing is changed then.
  LoadReport load_state_dict(const StateDict& state, bool strict = true);

  /// True when an output row depends on other rows of the batch (batch normalisation in training mode), so that
  /// per-sample gradients make no sense. Asks the submodules.
  virtual bool mixes_samples() const;
  /// One line, e.g. "Linear(784, 128)".
  virtual std::string describe() const { return "Module"; }

 protected:
  Module() = default;
  Module(Module&&) = default;
  Module& operator=(Module&&) = default;

  /// Registers a value that is trained; gives the handle back, requiring a gradient. An undefined Variable (no bias)
  /// registers nothing. @throws ValueError when the name is taken, empty or has a dot; GraphError when it was computed
  /// from what requires a gradient, and DTypeError when it is not floating.
  Variable register_parameter(const std::string& name, Variable value);
  /// Gives a registered parameter another name in the state_dict. @throws ValueError when there is none called `from`,
  /// or when `to` is taken, empty or has a dot.
  void rename_parameter(const std::string& from, const std::string& to);
  /// Registers a value that is saved but not trained. @throws ValueError when the name is taken, empty or has a dot;
  /// GraphError as register_parameter.
  Variable register_buffer(const std::string& name, Variable value);
  /// Draws initial values by `draw`, which gives them to `values` and the state of `stream`, and remembers how: a
  /// container that is made of several fresh layers draws them in the order of its arguments, in which compilers need
  /// not have made them.
  void draw_initial(Generator& generator, Variables values, std::function<void(Generator&)> draw,
                    std::shared_ptr<Generator> stream = nullptr);
  /// Values computed from what this module drew: `derive` gives them to `values` whenever it is drawn anew.
  void derive_initial(const Variables& values, const std::function<void()>& derive);
  /// Puts the initial draws of the submodules, when they were made in one expression, into the order of registration.
  void draw_in_order();
  /// Registers a random stream. @throws ValueError when the name is taken, empty or has a dot.
  std::shared_ptr<Generator> register_generator(const std::string& name, Generator generator);
  /// Takes a submodule over and gives a reference to it that stays valid when this module is moved.
  /// @throws ValueError when the name is taken, empty or has a dot.
  template <class M>
  requires(std::is_base_of_v<Module, M> && !std::is_reference_v<M>) M& register_module(const std::string& name,
                                                                                       M&& module) {
    return register_module(name, std::make_shared<M>(std::move(module)));
  }
  /// Shares a submodule with others. @throws ValueError also when it is null.
  template <class M>
  requires std::is_base_of_v<Module, M> M& register_module(const std::string& name, std::shared_ptr<M> module) {
    add_child(name, module);
    return *module;
  }
  const Named<std::shared_ptr<Module>>& children() const noexcept { return children_; }

 private:
  void add_child(const std::string& name, std::shared_ptr<Module> module);
  Variable profiled_forward(const Variable& x);
  void check_name(const std::string& name) const;
  /// Every parameter and buffer under its dotted name, tied ones repeatedly.
  Named<Variable> entries() const;

  Named<Variable> parameters_;
  Named<Variable> buffers_;
  Named<std::shared_ptr<Generator>> generators_;
  Named<std::shared_ptr<Module>> children_;
  detail::InitialDraws initial_draws_;
  bool training_ = true;
};

/// A tree of describe() lines, for printing.
std::string to_string(const Module& module);

}  // namespace xgrad::nn
