// What Arrow says went wrong, as an Error.
//
// Threads: plain functions.
#pragma once

#include <arrow/result.h>
#include <arrow/status.h>
#include <fmt/format.h>

#include <exception>
#include <string_view>

#include "weir/base/result.h"

namespace weir::target {

inline Error arrow_error(std::string_view file, const arrow::Status& status) {
  const bool damaged = status.IsInvalid() || status.IsSerializationError();
  const ErrorCode code = damaged                  ? ErrorCode::corrupt
                         : status.IsOutOfMemory() ? ErrorCode::budget
                                                  : ErrorCode::io;
  return Error(code, fmt::format("{}: {}", file, status.message()));
}

// Calls `work`, which returns an arrow::Status, and turns a bad one or an exception into an Error.
template <typename Work>
Result<void> guard_arrow(std::string_view file, Work&& work) {
  try {
    const arrow::Status status = work();
    if (!status.ok()) return arrow_error(file, status);
    return {};
  } catch (const std::exception& exception) {
    return Error(ErrorCode::corrupt, fmt::format("{}: {}", file, exception.what()));
  }
}

}  // namespace weir::target
