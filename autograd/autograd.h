// SPDX-License-Identifier: BSD-3-Clause
// Everything of the autograd room in one include.
#pragma once

#include <xgrad/autograd/anomaly.h>
#include <xgrad/autograd/array.h>
#include <xgrad/autograd/custom.h>
#include <xgrad/autograd/engine.h>
#include <xgrad/autograd/error.h>
#include <xgrad/autograd/functional.h>
#include <xgrad/autograd/grad_mode.h>
#include <xgrad/autograd/gradcheck.h>
#include <xgrad/autograd/graphviz.h>
#include <xgrad/autograd/ops.h>
#include <xgrad/autograd/parallel.h>
#include <xgrad/autograd/profiler.h>
#include <xgrad/autograd/random.h>
#include <xgrad/autograd/repeat.h>
#include <xgrad/autograd/substitution.h>
#include <xgrad/autograd/variable.h>
