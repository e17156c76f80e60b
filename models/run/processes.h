// SPDX-License-Identifier: BSD-3-Clause
// Independent runs beside each other: each in a process of its own, as many at a time as there are cores.
#pragma once

#include <cstddef>
#include <functional>

namespace xgrad::models {

/// Calls work(0) .. work(n - 1), each in a child process, `jobs` of them at a time; 0: one for each thread of
/// num_threads(). Each child computes on one thread and hands its results over in files. To be called before kernels
/// have run here, since their threads do not live on in a child.
/// @throws IoError when a child cannot be started, Error when one has failed; it has told why on standard error, no
/// further ones are begun and the others have ended then.
void in_processes(std::size_t n, int jobs, const std::function<void(std::size_t)>& work);

}  // namespace xgrad::models
