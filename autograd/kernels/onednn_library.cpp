// SPDX-License-Identifier: BSD-3-Clause
// Loads oneDNN: of the major version whose headers we were built with, or not at all.
#include <xgrad/autograd/kernels/onednn_library.h>

#include <dlfcn.h>

#include <optional>

namespace xgrad::kernels::detail::onednn {
namespace {

template <class F>
bool find(void* handle, const char* name, F& function) noexcept {
  function = reinterpret_cast<F>(dlsym(handle, name));
  return function != nullptr;
}

/// By the name that the library beside our headers calls itself, else by the major version alone.
void* open_library() {
  const std::string by_major = "libdnnl.so." + std::to_string(DNNL_VERSION_MAJOR);
  for (const char* name : {XGRAD_ONEDNN_SONAME, by_major.c_str()}) {
    if (void* handle = *name == '\0' ? nullptr : dlopen(name, RTLD_NOW | RTLD_LOCAL)) return handle;
  }
  return nullptr;
}

std::optional<Library> load() {
  void* handle = open_library();
  if (handle == nullptr) return std::nullopt;
  Library l{};
  bool complete =
      find(handle, "dnnl_version", l.version) && find(handle, "dnnl_engine_create", l.engine_create) &&
      find(handle, "dnnl_stream_create", l.stream_create) && find(handle, "dnnl_stream_destroy", l.stream_destroy) &&
      find(handle, "dnnl_stream_wait", l.stream_wait) &&
      find(handle, "dnnl_memory_desc_get_size", l.memory_desc_get_size) &&
      find(handle, "dnnl_memory_desc_equal", l.memory_desc_equal) &&
      find(handle, "dnnl_memory_create", l.memory_create) && find(handle, "dnnl_memory_destroy", l.memory_destroy) &&
      find(handle, "dnnl_primitive_attr_create", l.attr_create) &&
      find(handle, "dnnl_primitive_attr_destroy", l.attr_destroy) &&
      find(handle, "dnnl_primitive_attr_set_scratchpad_mode", l.attr_set_scratchpad_mode) &&
      find(handle, "dnnl_reorder_primitive_desc_create", l.reorder_primitive_desc_create) &&
      find(handle, "dnnl_primitive_desc_destroy", l.primitive_desc_destroy) &&
      find(handle, "dnnl_primitive_desc_query", l.primitive_desc_query) &&
      find(handle, "dnnl_primitive_desc_query_md", l.primitive_desc_query_md) &&
      find(handle, "dnnl_primitive_create", l.primitive_create) &&
      find(handle, "dnnl_primitive_destroy", l.primitive_destroy) &&
      find(handle, "dnnl_primitive_execute", l.primitive_execute) &&
      find(handle, "omp_set_num_threads", l.omp_set_num_threads) &&
      find(handle, "omp_get_max_threads", l.omp_get_max_threads);
#if DNNL_VERSION_MAJOR >= 3
  complete = complete && find(handle, "dnnl_memory_desc_create_with_tag", l.memory_desc_create_with_tag) &&
             find(handle, "dnnl_memory_desc_clone", l.memory_desc_clone) &&
             find(handle, "dnnl_memory_desc_destroy", l.memory_desc_destroy) &&
             find(handle, "dnnl_convolution_forward_primitive_desc_create", l.forward_create) &&
             find(handle, "dnnl_convolution_backward_data_primitive_desc_create", l.backward_data_create) &&
             find(handle, "dnnl_convolution_backward_weights_primitive_desc_create", l.backward_weights_create);
#else
  complete = complete && find(handle, "dnnl_memory_desc_init_by_tag", l.memory_desc_init_by_tag) &&
             find(handle, "dnnl_dilated_convolution_forward_desc_init", l.forward_desc_init) &&
             find(handle, "dnnl_dilated_convolution_backward_data_desc_init", l.backward_data_desc_init) &&
             find(handle, "dnnl_dilated_convolution_backward_weights_desc_init", l.backward_weights_desc_init) &&
             find(handle, "dnnl_primitive_desc_create", l.primitive_desc_create);
#endif
  // The library stays loaded to the end: its objects may outlive any moment at which it could be closed.
  if (!complete || l.version()->major != DNNL_VERSION_MAJOR) return std::nullopt;
  if (l.engine_create(&l.engine, dnnl_cpu, 0) != dnnl_success) return std::nullopt;
  return l;
}

}  // namespace

const Library* library() noexcept {
  static const std::optional<Library> loaded = load();
  return loaded ? &*loaded : nullptr;
}

Desc::Desc(std::initializer_list<std::int64_t> extents, dnnl_format_tag_t tag) {
  const Library& l = *library();
  const int rank = static_cast<int>(extents.size());
#if DNNL_VERSION_MAJOR >= 3
  dnnl_memory_desc_t d = nullptr;
  check(l.memory_desc_create_with_tag(&d, rank, extents.begin(), dnnl_f32, tag));
  desc_ = {d, Destroy<dnnl_memory_desc, &Library::memory_desc_destroy>()};
#else
  check(l.memory_desc_init_by_tag(&desc_, rank, extents.begin(), dnnl_f32, tag));
#endif
}

PrimitiveDesc describe(Kind kind, const ConvShape& s, const Desc& x, const Desc& w, const Desc& y,
                       const Attributes& attributes) {
  const Library& l = *library();
  const std::int64_t dilates[] = {s.dilation[0] - 1, s.dilation[1] - 1};
  const auto *strides = s.stride.data(), *pad = s.padding.data();
  constexpr auto training = dnnl_forward_training;
  constexpr auto direct = dnnl_convolution_direct;
  dnnl_primitive_desc_t d = nullptr;
  const auto chosen = [&d](dnnl_status_t status) {
    if (status == dnnl_unimplemented) return PrimitiveDesc();
    check(status);
    return PrimitiveDesc(d);
  };
#if DNNL_VERSION_MAJOR >= 3
  PrimitiveDesc forward = chosen(l.forward_create(&d, l.engine, training, direct, x.get(), w.get(), nullptr, y.get(),
                                                  strides, dilates, pad, pad, attributes.get()));
  if (kind == Kind::forward || forward == nullptr) return forward;
  if (kind == Kind::input) {
    return chosen(l.backward_data_create(&d, l.engine, direct, x.get(), w.get(), y.get(), strides, dilates, pad, pad,
                                         forward.get(), attributes.get()));
  }
  return chosen(l.backward_weights_create(&d, l.engine, direct, x.get(), w.get(), nullptr, y.get(), strides, dilates,
                                          pad, pad, forward.get(), attributes.get()));
#else
  dnnl_convolution_desc_t op;
  const auto create = [&](const PrimitiveDesc& hint) {
    const dnnl_status_t status = l.primitive_desc_create(&d, &op, attributes.get(), l.engine, hint.get());
    return chosen(status);
  };
  check(l.forward_desc_init(&op, training, direct, x.get(), w.get(), nullptr, y.get(), strides, dilates, pad, pad));
  PrimitiveDesc forward = create(nullptr);
  if (kind == Kind::forward || forward == nullptr) return forward;
  if (kind == Kind::input) {
    check(l.backward_data_desc_init(&op, direct, x.get(), w.get(), y.get(), strides, dilates, pad, pad));
  } else {
    check(l.backward_weights_desc_init(&op, direct, x.get(), w.get(), nullptr, y.get(), strides, dilates, pad, pad));
  }
  return create(forward);
#endif
}

}  // namespace xgrad::kernels::detail::onednn
