// SPDX-License-Identifier: BSD-3-Clause
// Everything of the nn room in one include.
#pragma once

#include <xgrad/nn/activation.h>
#include <xgrad/nn/batch_norm.h>
#include <xgrad/nn/conv.h>
#include <xgrad/nn/dropout.h>
#include <xgrad/nn/embedding.h>
#include <xgrad/nn/flatten.h>
#include <xgrad/nn/group_norm.h>
#include <xgrad/nn/init.h>
#include <xgrad/nn/layer_norm.h>
#include <xgrad/nn/linear.h>
#include <xgrad/nn/loss.h>
#include <xgrad/nn/maxout.h>
#include <xgrad/nn/module.h>
#include <xgrad/nn/pad.h>
#include <xgrad/nn/pool.h>
#include <xgrad/nn/safetensors.h>
#include <xgrad/nn/sequential.h>
#include <xgrad/nn/serialize.h>
#include <xgrad/nn/spectral_norm.h>
#include <xgrad/nn/upsample.h>
#include <xgrad/nn/weight_norm.h>
