// SPDX-License-Identifier: BSD-3-Clause
// Everything of the optim room in one include.
#pragma once

#include <xgrad/optim/adam.h>
#include <xgrad/optim/clip.h>
#include <xgrad/optim/rmsprop.h>
#include <xgrad/optim/schedule.h>
#include <xgrad/optim/sgd.h>
