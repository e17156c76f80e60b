// SPDX-License-Identifier: BSD-3-Clause
// Whether a sanitizer runs that takes terabytes of address space for itself, or starts no threads in a forked child.
#pragma once

namespace xgrad::tests {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool shadowed = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr bool shadowed = true;
#else
constexpr bool shadowed = false;
#endif
#else
constexpr bool shadowed = false;
#endif

}  // namespace xgrad::tests
