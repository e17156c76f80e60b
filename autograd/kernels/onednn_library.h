// SPDX-License-Identifier: BSD-3-Clause
// oneDNN's C interface, loaded when first asked for: programs without convolutions do not pay for it, and need no such
// library to be linked or present. Versions 2 and 3 differ in how memory and convolutions are described, and only this
// header and its source know. Internal to kernels.
#pragma once

#include <oneapi/dnnl/dnnl.h>
#include <oneapi/dnnl/dnnl_version.h>

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <new>
#include <string>

#include <xgrad/autograd/error.h>
#include <xgrad/autograd/kernels/conv_shape.h>

namespace xgrad::kernels::detail::onednn {

#if DNNL_VERSION_MAJOR >= 3
using DescPointer = const_dnnl_memory_desc_t;
#else
using DescPointer = const dnnl_memory_desc_t*;
#endif

/// The functions that we call, under their own names.
struct Library {
  decltype(&::dnnl_version) version;
  decltype(&::dnnl_engine_create) engine_create;
  decltype(&::dnnl_stream_create) stream_create;
  decltype(&::dnnl_stream_destroy) stream_destroy;
  decltype(&::dnnl_stream_wait) stream_wait;
#if DNNL_VERSION_MAJOR >= 3
  decltype(&::dnnl_memory_desc_create_with_tag) memory_desc_create_with_tag;
  decltype(&::dnnl_memory_desc_clone) memory_desc_clone;
  decltype(&::dnnl_memory_desc_destroy) memory_desc_destroy;
  decltype(&::dnnl_convolution_forward_primitive_desc_create) forward_create;
  decltype(&::dnnl_convolution_backward_data_primitive_desc_create) backward_data_create;
  decltype(&::dnnl_convolution_backward_weights_primitive_desc_create) backward_weights_create;
#else
  decltype(&::dnnl_memory_desc_init_by_tag) memory_desc_init_by_tag;
  decltype(&::dnnl_dilated_convolution_forward_desc_init) forward_desc_init;
  decltype(&::dnnl_dilated_convolution_backward_data_desc_init) backward_data_desc_init;
  decltype(&::dnnl_dilated_convolution_backward_weights_desc_init) backward_weights_desc_init;
  decltype(&::dnnl_primitive_desc_create) primitive_desc_create;
#endif
  decltype(&::dnnl_memory_desc_get_size) memory_desc_get_size;
  decltype(&::dnnl_memory_desc_equal) memory_desc_equal;
  decltype(&::dnnl_memory_create) memory_create;
  decltype(&::dnnl_memory_destroy) memory_destroy;
  decltype(&::dnnl_primitive_attr_create) attr_create;
  decltype(&::dnnl_primitive_attr_destroy) attr_destroy;
  decltype(&::dnnl_primitive_attr_set_scratchpad_mode) attr_set_scratchpad_mode;
  decltype(&::dnnl_reorder_primitive_desc_create) reorder_primitive_desc_create;
  decltype(&::dnnl_primitive_desc_destroy) primitive_desc_destroy;
  decltype(&::dnnl_primitive_desc_query) primitive_desc_query;
  decltype(&::dnnl_primitive_desc_query_md) primitive_desc_query_md;
  decltype(&::dnnl_primitive_create) primitive_create;
  decltype(&::dnnl_primitive_destroy) primitive_destroy;
  decltype(&::dnnl_primitive_execute) primitive_execute;
  /// Of the OpenMP runtime that it brings with it.
  void (*omp_set_num_threads)(int);
  int (*omp_get_max_threads)();
  dnnl_engine_t engine;
};

/// Null when there is none.
const Library* library() noexcept;

/// While it lives, what this thread asks of oneDNN runs on this thread: our pool is the only one.
class OneThread {
 public:
  OneThread() : before_(library()->omp_get_max_threads()) { library()->omp_set_num_threads(1); }
  ~OneThread() { library()->omp_set_num_threads(before_); }
  OneThread(const OneThread&) = delete;
  OneThread& operator=(const OneThread&) = delete;

 private:
  int before_;
};

/// @throws std::bad_alloc, Error
inline void check(dnnl_status_t status) {
  if (status == dnnl_success) return;
  if (status == dnnl_out_of_memory) throw std::bad_alloc();
  throw Error("[conv2d] oneDNN failed with status " + std::to_string(static_cast<int>(status)) +
              "; XGRAD_CONV=gemm does without it");
}

/// Owns one of oneDNN's objects.
template <class T, auto destroy>
struct Destroy {
  void operator()(T* object) const noexcept { (library()->*destroy)(object); }
};
using Primitive = std::unique_ptr<dnnl_primitive, Destroy<dnnl_primitive, &Library::primitive_destroy>>;
using PrimitiveDesc =
    std::unique_ptr<dnnl_primitive_desc, Destroy<dnnl_primitive_desc, &Library::primitive_desc_destroy>>;
using Attributes = std::unique_ptr<dnnl_primitive_attr, Destroy<dnnl_primitive_attr, &Library::attr_destroy>>;
using Memory = std::unique_ptr<dnnl_memory, Destroy<dnnl_memory, &Library::memory_destroy>>;
using Stream = std::unique_ptr<dnnl_stream, Destroy<dnnl_stream, &Library::stream_destroy>>;

/// How floats lie in memory: a struct in version 2, an object in version 3.
class Desc {
 public:
  Desc() = default;
  Desc(std::initializer_list<std::int64_t> extents, dnnl_format_tag_t tag);
#if DNNL_VERSION_MAJOR >= 3
  /// A copy of what a primitive owns.
  explicit Desc(DescPointer d) {
    dnnl_memory_desc_t copy = nullptr;
    check(library()->memory_desc_clone(&copy, d));
    desc_ = {copy, Destroy<dnnl_memory_desc, &Library::memory_desc_destroy>()};
  }
  DescPointer get() const noexcept { return desc_.get(); }

 private:
  std::shared_ptr<dnnl_memory_desc> desc_;
#else
  explicit Desc(DescPointer d) : desc_(*d) {}
  DescPointer get() const noexcept { return &desc_; }

 private:
  dnnl_memory_desc_t desc_{};
#endif
};

/// Which of the three convolutions of one shape.
enum class Kind { forward, input, weight };

/// oneDNN's choice for a convolution of operands that lie so; null when it has none.
PrimitiveDesc describe(Kind kind, const ConvShape& s, const Desc& x, const Desc& w, const Desc& y,
                       const Attributes& attributes);

}  // namespace xgrad::kernels::detail::onednn
