// SPDX-License-Identifier: BSD-3-Clause
// Loads oneDNN: of the major version whose headers we were built with, or not at all.
#include <xgrad/autograd/kernels/onednn_library.h>

#include <dlfcn.h>
#include <oneapi/dnnl/dnnl_version.h>

#include <optional>

namespace xgrad::kernels::detail::onednn {
namespace {

template <class F>
bool find(void* handle, const char* name, F& function) noexcept {
  function = reinterpret_cast<F>(dlsym(handle, name));
  return function != nullptr;
}

std::optional<Library> load() {
  const std::string file = "libdnnl.so." + std::to_string(DNNL_VERSION_MAJOR);
  void* handle = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) return std::nullopt;
  Library l{};
  const bool complete =
      find(handle, "dnnl_engine_create", l.engine_create) && find(handle, "dnnl_stream_create", l.stream_create) &&
      find(handle, "dnnl_stream_destroy", l.stream_destroy) && find(handle, "dnnl_stream_wait", l.stream_wait) &&
      find(handle, "dnnl_memory_desc_init_by_tag", l.memory_desc_init_by_tag) &&
      find(handle, "dnnl_memory_desc_get_size", l.memory_desc_get_size) &&
      find(handle, "dnnl_memory_desc_equal", l.memory_desc_equal) &&
      find(handle, "dnnl_memory_create", l.memory_create) && find(handle, "dnnl_memory_destroy", l.memory_destroy) &&
      find(handle, "dnnl_primitive_attr_create", l.attr_create) &&
      find(handle, "dnnl_primitive_attr_destroy", l.attr_destroy) &&
      find(handle, "dnnl_primitive_attr_set_scratchpad_mode", l.attr_set_scratchpad_mode) &&
      find(handle, "dnnl_dilated_convolution_forward_desc_init", l.forward_desc_init) &&
      find(handle, "dnnl_dilated_convolution_backward_data_desc_init", l.backward_data_desc_init) &&
      find(handle, "dnnl_dilated_convolution_backward_weights_desc_init", l.backward_weights_desc_init) &&
      find(handle, "dnnl_reorder_primitive_desc_create", l.reorder_primitive_desc_create) &&
      find(handle, "dnnl_primitive_desc_create", l.primitive_desc_create) &&
      find(handle, "dnnl_primitive_desc_destroy", l.primitive_desc_destroy) &&
      find(handle, "dnnl_primitive_desc_query", l.primitive_desc_query) &&
      find(handle, "dnnl_primitive_desc_query_md", l.primitive_desc_query_md) &&
      find(handle, "dnnl_primitive_create", l.primitive_create) &&
      find(handle, "dnnl_primitive_destroy", l.primitive_destroy) &&
      find(handle, "dnnl_primitive_execute", l.primitive_execute) &&
      find(handle, "omp_set_num_threads", l.omp_set_num_threads) &&
      find(handle, "omp_get_max_threads", l.omp_get_max_threads);
  // The library stays loaded to the end: its objects may outlive any moment at which it could be closed.
  if (!complete || l.engine_create(&l.engine, dnnl_cpu, 0) != dnnl_success) return std::nullopt;
  return l;
}

}  // namespace

const Library* library() noexcept {
  static const std::optional<Library> loaded = load();
  return loaded ? &*loaded : nullptr;
}

}  // namespace xgrad::kernels::detail::onednn
