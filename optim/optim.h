// SPDX-License-Identifier: BSD-3-Clause
// Everything of the optim room in one include.
#pragma once

#include <xgrad/optim/adam.h>
#include <xgrad/optim/clip.h>
#include <xgrad/optim/game/adjustment.h>
#include <xgrad/optim/game/competitive.h>
#include <xgrad/optim/game/descent.h>
#include <xgrad/optim/game/lookahead.h>
#include <xgrad/optim/krylov.h>
#include <xgrad/optim/rmsprop.h>
#include <xgrad/optim/schedule.h>
#include <xgrad/optim/sgd.h>
