// SPDX-License-Identifier: BSD-3-Clause
// Convolutions on oneDNN: part by part of the batch, each part brought to oneDNN's blocked layout and back.
#include <xgrad/autograd/kernels/onednn.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <initializer_list>
#include <list>
#include <mutex>
#include <string>
#include <tuple>
#include <vector>

#include <xgrad/autograd/array.h>
#include <xgrad/autograd/kernels/onednn_library.h>
#include <xgrad/autograd/parallel.h>

namespace xgrad::kernels::detail::onednn {
namespace {

using xgrad::detail::parallel_for;

/// Uninitialised floats from the pool.
Array floats(const Desc& d) {
  return Array(Shape{static_cast<std::int64_t>(library()->memory_desc_get_size(d.get()) / sizeof(float))});
}
float* data(Array& a) { return a.mutable_data<float>(); }

/// Memory that a primitive reads or writes.
struct Argument {
  int id;
  const Desc* desc;
  const float* at;
};

/// A primitive and the scratch memory it wants.
class Step {
 public:
  Step() = default;
  explicit Step(const PrimitiveDesc& desc) : scratch_(desc_of(desc, dnnl_query_scratchpad_md)) {
    dnnl_primitive_t p = nullptr;
    check(library()->primitive_create(&p, desc.get()));
    primitive_.reset(p);
  }

  static Desc desc_of(const PrimitiveDesc& desc, dnnl_query_t what) {
    return Desc(library()->primitive_desc_query_md(desc.get(), what, 0));
  }

  bool empty() const noexcept { return primitive_ == nullptr; }

  void run(std::initializer_list<Argument> arguments) const {
    const Library& l = *library();
    Array scratch = floats(scratch_);
    std::array<Memory, 4> memory;
    std::array<dnnl_exec_arg_t, 4> bound;
    int n = 0;
    const auto bind = [&](const Argument& a) {
      dnnl_memory_t m = nullptr;
      check(l.memory_create(&m, a.desc->get(), l.engine, const_cast<float*>(a.at)));
      memory[static_cast<std::size_t>(n)].reset(m);
      bound[static_cast<std::size_t>(n++)] = {a.id, m};
    };
    for (const Argument& a : arguments) bind(a);
    bind({DNNL_ARG_SCRATCHPAD, &scratch_, data(scratch)});
    dnnl_stream_t s = nullptr;
    check(l.stream_create(&s, l.engine, dnnl_stream_default_flags));
    const Stream stream(s);
    check(l.primitive_execute(primitive_.get(), s, n, bound.data()));
    check(l.stream_wait(s));
  }

 private:
  Primitive primitive_;
  Desc scratch_;
};

Attributes own_scratch() {
  dnnl_primitive_attr_t a = nullptr;
  check(library()->attr_create(&a));
  Attributes attributes(a);
  check(library()->attr_set_scratchpad_mode(a, dnnl_scratchpad_mode_user));
  return attributes;
}

/// Copies between two layouts; empty when they are one.
Step reorder(const Desc& from, const Desc& to) {
  const Library& l = *library();
  if (l.memory_desc_equal(from.get(), to.get())) return {};
  dnnl_primitive_desc_t d = nullptr;
  check(l.reorder_primitive_desc_create(&d, from.get(), l.engine, to.get(), l.engine, own_scratch().get()));
  return Step(PrimitiveDesc(d));
}

/// One operand: how we keep it, and how the primitive wants it.
struct Operand {
  int argument;
  Desc plain, inner;
  Step enter, leave;  ///< an operand that is read enters, the result leaves
  std::int64_t size;  ///< elements, plain

  /// Where the primitive reads it: x itself, or x brought to `buffer`.
  const float* read(const float* x, Array& buffer) const {
    if (enter.empty()) return x;
    buffer = floats(inner);
    enter.run({{DNNL_ARG_FROM, &plain, x}, {DNNL_ARG_TO, &inner, data(buffer)}});
    return data(buffer);
  }
  void write(const float* result, float* x) const {
    leave.run({{DNNL_ARG_FROM, &inner, result}, {DNNL_ARG_TO, &plain, x}});
  }
  Argument bind(const float* at) const { return {argument, &inner, at}; }
};

/// One of the three convolutions of one shape, ready to run.
struct Plan {
  Step convolution;
  Operand x, w, y;
};

/// The weights as (O, C, KH, KW), or with groups in front.
Desc make_weights(const ConvShape& s, bool any) {
  const std::int64_t o = s.filters / s.groups, c = s.channels / s.groups;
  if (s.groups == 1) return Desc({o, c, s.kernel[0], s.kernel[1]}, any ? dnnl_format_tag_any : dnnl_oihw);
  return Desc({s.groups, o, c, s.kernel[0], s.kernel[1]}, any ? dnnl_format_tag_any : dnnl_goihw);
}

/// What oneDNN chooses for the shape, null when that is nothing, its plain reference loops or its GEMM, which keeps
/// values below the stack pointer, where a signal's handler overwrites them.
PrimitiveDesc choose(Kind kind, const ConvShape& s, const Desc& x, const Desc& w, const Desc& y) {
  PrimitiveDesc chosen = describe(kind, s, x, w, y, own_scratch());
  if (chosen == nullptr) return nullptr;
  const char* name = nullptr;
  check(library()->primitive_desc_query(chosen.get(), dnnl_query_impl_info_str, 0, &name));
  // "x64:gemm:jit" and the like; version 3's brgemm kernels are none of these.
  const std::string words = std::string(":") + name;
  const bool usable = words.find("ref") == words.npos && words.find(":gemm") == words.npos;
  return usable ? std::move(chosen) : nullptr;
}

std::shared_ptr<const Plan> make_plan(Kind kind, const ConvShape& s) {
  const auto batch = [&](std::int64_t channels, const auto& extents, dnnl_format_tag_t tag) {
    return Desc({s.batch, channels, extents[0], extents[1]}, tag);
  };
  const PrimitiveDesc chosen = choose(kind, s, batch(s.channels, s.in, dnnl_format_tag_any), make_weights(s, true),
                                      batch(s.filters, s.out, dnnl_format_tag_any));
  if (chosen == nullptr) return nullptr;

  auto plan = std::make_shared<Plan>();
  plan->convolution = Step(chosen);
  const auto operand = [&](Operand& o, int argument, const Desc& plain, dnnl_query_t inner, bool result,
                           std::int64_t size) {
    o = {argument, plain, Step::desc_of(chosen, inner), {}, {}, size};
    (result ? o.leave : o.enter) = result ? reorder(o.inner, plain) : reorder(plain, o.inner);
  };
  const bool forward = kind == Kind::forward, input = kind == Kind::input, weight = kind == Kind::weight;
  operand(plan->x, input ? DNNL_ARG_DIFF_SRC : DNNL_ARG_SRC, batch(s.channels, s.in, dnnl_nchw),
          input ? dnnl_query_diff_src_md : dnnl_query_src_md, input, s.batch * s.channels * s.in[0] * s.in[1]);
  operand(plan->w, weight ? DNNL_ARG_DIFF_WEIGHTS : DNNL_ARG_WEIGHTS, make_weights(s, false),
          weight ? dnnl_query_diff_weights_md : dnnl_query_weights_md, weight,
          s.filters * (s.channels / s.groups) * s.kernel[0] * s.kernel[1]);
  operand(plan->y, forward ? DNNL_ARG_DST : DNNL_ARG_DIFF_DST, batch(s.filters, s.out, dnnl_nchw),
          forward ? dnnl_query_dst_md : dnnl_query_diff_dst_md, forward, s.batch * s.filters * s.out[0] * s.out[1]);
  return plan;
}

/// The plans made last, at most so many: machine code is made for each.
class Plans {
 public:
  static Plans& instance() {
    static auto* plans = new Plans;  // never destroyed: see the library
    return *plans;
  }

  /// Null, which is remembered too, when oneDNN is not to be used.
  std::shared_ptr<const Plan> get(Kind kind, const ConvShape& s) {
    const std::lock_guard lock(mutex_);
    const Key key = key_of(kind, s);
    const auto found = std::find_if(plans_.begin(), plans_.end(), [&](const Entry& e) { return e.key == key; });
    if (found != plans_.end()) {
      plans_.splice(plans_.begin(), plans_, found);
    } else {
      plans_.push_front({key, make_plan(kind, s)});
      if (plans_.size() > capacity) plans_.pop_back();
    }
    return plans_.front().plan;
  }

 private:
  static constexpr std::size_t capacity = 128;

  using Key = std::array<std::int64_t, 17>;
  static Key key_of(Kind kind, const ConvShape& s) noexcept {
    return {static_cast<std::int64_t>(kind),
            s.batch,
            s.channels,
            s.filters,
            s.groups,
            s.in[0],
            s.in[1],
            s.kernel[0],
            s.kernel[1],
            s.out[0],
            s.out[1],
            s.stride[0],
            s.stride[1],
            s.padding[0],
            s.padding[1],
            s.dilation[0],
            s.dilation[1]};
  }
  struct Entry {
    Key key;
    std::shared_ptr<const Plan> plan;
  };
  std::mutex mutex_;
  std::list<Entry> plans_;  ///< the last used first
};

/// A batch in parts of `size` samples; the last may be shorter and then has a plan of its own.
struct Parts {
  Parts(Kind kind, const ConvShape& s, std::int64_t most) : size((s.batch - 1) / most + 1) {
    if (library() == nullptr) return;
    const OneThread alone;
    const auto part = [&](std::int64_t batch) {
      ConvShape of_part = s;
      of_part.batch = batch;
      return Plans::instance().get(kind, of_part);
    };
    whole = s.batch / size;
    full = part(size);
    if (s.batch % size != 0) rest = part(s.batch % size);
    usable = full != nullptr && (s.batch % size == 0 || rest != nullptr);
  }

  std::int64_t count() const noexcept { return whole + (rest != nullptr ? 1 : 0); }
  const Plan& plan(std::int64_t i) const noexcept { return i < whole ? *full : *rest; }

  std::int64_t size, whole = 0;
  std::shared_ptr<const Plan> full, rest;
  bool usable = false;
};

/// Parts of a batch: enough for as many threads.
constexpr std::int64_t parts_of_batch = 8;
/// Parts of a weight's gradient, each with a sum of its own, and what these may take in elements.
constexpr std::int64_t parts_of_weight = 4, partial_elements = 1 << 22;

/// forward and input_adjoint alike: `result` (of so many channels) from `operand` and the weights, part by part.
bool run_parts(Kind kind, const ConvShape& s, Operand Plan::*operand, const float* from, const float* w,
               Operand Plan::*result, const float* bias, std::int64_t channels, float* to) {
  const Parts parts(kind, s, parts_of_batch);
  if (!parts.usable) return false;
  std::array<Array, 2> weights;
  std::array<const float*, 2> inner_weights{};
  {
    const OneThread alone;
    inner_weights[0] = parts.full->w.read(w, weights[0]);
    if (parts.rest != nullptr) inner_weights[1] = parts.rest->w.read(w, weights[1]);
  }
  const std::int64_t from_stride = ((*parts.full).*operand).size, to_stride = ((*parts.full).*result).size;
  parallel_for(parts.count(), 1, [&](std::int64_t begin, std::int64_t end) {
    const OneThread alone;
    for (std::int64_t i = begin; i < end; ++i) {
      const Plan& plan = parts.plan(i);
      const Operand &in = plan.*operand, &out = plan.*result;
      Array in_buffer, out_buffer;
      const float* read = in.read(from + i * from_stride, in_buffer);
      float* write = to + i * to_stride;
      if (!out.leave.empty()) out_buffer = floats(out.inner);
      float* inner = out.leave.empty() ? write : data(out_buffer);
      plan.convolution.run({in.bind(read), plan.w.bind(inner_weights[i < parts.whole ? 0 : 1]), out.bind(inner)});
      if (!out.leave.empty()) out.write(inner, write);
      const std::int64_t samples = std::min(parts.size, s.batch - i * parts.size);
      const std::int64_t plane = out.size / (samples * channels);
      for (std::int64_t n = 0; n < samples; ++n) add_bias(bias, 0, channels, plane, write + n * channels * plane);
    }
  });
  return true;
}

}  // namespace

bool available() noexcept { return library() != nullptr; }

std::string version() {
  if (!available()) return "";
  const dnnl_version_t& v = *library()->version();
  return std::to_string(v.major) + "." + std::to_string(v.minor) + "." + std::to_string(v.patch);
}

bool forward(const ConvShape& s, const float* x, const float* w, const float* bias, float* y) {
  return run_parts(Kind::forward, s, &Plan::x, x, w, &Plan::y, bias, s.filters, y);
}

bool input_adjoint(const ConvShape& s, const float* y, const float* w, const float* bias, float* x) {
  return run_parts(Kind::input, s, &Plan::y, y, w, &Plan::x, bias, s.channels, x);
}

bool weight_adjoint(const ConvShape& s, const float* x, const float* y, float* w) {
  const std::int64_t size = s.filters * (s.channels / s.groups) * s.kernel[0] * s.kernel[1];
  const Parts parts(Kind::weight, s, std::clamp<std::int64_t>(partial_elements / size, 1, parts_of_weight));
  if (!parts.usable) return false;
  std::vector<Array> sums;
  for (std::int64_t i = 0; i < parts.count(); ++i) sums.push_back(floats(parts.plan(i).w.inner));
  parallel_for(parts.count(), 1, [&](std::int64_t begin, std::int64_t end) {
    const OneThread alone;
    for (std::int64_t i = begin; i < end; ++i) {
      const Plan& plan = parts.plan(i);
      Array x_buffer, y_buffer;
      plan.convolution.run({plan.x.bind(plan.x.read(x + i * parts.full->x.size, x_buffer)),
                            plan.y.bind(plan.y.read(y + i * parts.full->y.size, y_buffer)),
                            plan.w.bind(data(sums[static_cast<std::size_t>(i)]))});
    }
  });
  const auto add = [](float* to, const float* from, std::int64_t n) {
    parallel_for(n, 16384, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) to[i] += from[i];
    });
  };
  const OneThread alone;
  const auto leave = [&](const Plan& plan, Array& sum, float* to) {
    if (plan.w.leave.empty()) {
      std::memcpy(to, data(sum), static_cast<std::size_t>(size) * sizeof(float));
    } else {
      plan.w.write(data(sum), to);
    }
  };
  for (std::int64_t i = 1; i < parts.whole; ++i) {
    add(data(sums[0]), data(sums[static_cast<std::size_t>(i)]), sums[0].size());
  }
  leave(*parts.full, sums[0], w);
  if (parts.rest != nullptr) {
    Array rest(Shape{size});
    leave(*parts.rest, sums.back(), data(rest));
    add(w, data(rest), size);
  }
  return true;
}

}  // namespace xgrad::kernels::detail::onednn
