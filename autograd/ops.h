// SPDX-License-Identifier: BSD-3-Clause
// All differentiable operations.
#pragma once

#include <xgrad/autograd/ops/arithmetic.h>
#include <xgrad/autograd/ops/compare.h>
#include <xgrad/autograd/ops/convolution.h>
#include <xgrad/autograd/ops/create.h>
#include <xgrad/autograd/ops/decompose.h>
#include <xgrad/autograd/ops/einsum.h>
#include <xgrad/autograd/ops/index.h>
#include <xgrad/autograd/ops/linalg.h>
#include <xgrad/autograd/ops/math.h>
#include <xgrad/autograd/ops/order.h>
#include <xgrad/autograd/ops/pool.h>
#include <xgrad/autograd/ops/reduce.h>
#include <xgrad/autograd/ops/resize.h>
#include <xgrad/autograd/ops/scan.h>
#include <xgrad/autograd/ops/shape.h>
