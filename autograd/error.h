// SPDX-License-Identifier: BSD-3-Clause
// The exceptions xgrad throws: one type a kind of mistake; messages name the op, the shapes and the remedy.
#pragma once

#include <stdexcept>
#include <string>

namespace xgrad {

/// Base of every exception thrown by xgrad (except std::bad_alloc).
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Shapes or axes do not fit the operation.
class ShapeError : public Error {
 public:
  using Error::Error;
};

/// An operand has a dtype the operation does not take.
class DTypeError : public Error {
 public:
  using Error::Error;
};

/// An argument is outside its domain (a negative rate, an index out of range, an unknown name).
class ValueError : public Error {
 public:
  using Error::Error;
};

/// The graph cannot give what was asked: freed, unused or unrecorded.
class GraphError : public Error {
 public:
  using Error::Error;
};

/// Anomaly mode met a NaN or an infinity.
class AnomalyError : public Error {
 public:
  using Error::Error;
};

/// A step cannot be captured: it does what a replay would not do again. See docs/compile.md.
class CompileError : public Error {
 public:
  using Error::Error;
};

/// A file or stream could not be read or written by the operating system; the message names path and errno.
class IoError : public Error {
 public:
  using Error::Error;
};

/// A file was read but its content breaks its format.
class FormatError : public Error {
 public:
  using Error::Error;
};

}  // namespace xgrad
