// SPDX-License-Identifier: BSD-3-Clause
// The exceptions xgrad throws: one type a kind of mistake; messages name the op, the shapes and the remedy.
#pragma once

#include <cstddef>
#include <new>
#include <stdexcept>
#include <string>

namespace xgrad {

/// Base of every exception thrown by xgrad but OutOfMemoryError.
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

/// There is not the memory that an array or an op needs; the message names op, shape and bytes. A std::bad_alloc, so
/// that whoever handles those handles it; kept in the exception itself, since memory is what lacks.
class OutOfMemoryError : public std::bad_alloc {
 public:
  /// Of `op`, or with null of an op that is not known yet, whose name whoever runs it adds; `need` says what is
  /// lacking.
  OutOfMemoryError(const char* op, const char* need) noexcept;
  const char* what() const noexcept override { return what_; }
  /// The same, of `op`, unless it names one.
  OutOfMemoryError named(const char* op) const noexcept;

 private:
  const char* op_;
  char need_[320];
  char what_[400];
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
