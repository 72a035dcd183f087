// Error and Result<T>: how everything that can fail for reasons outside the program says so.
//
// A function returns a value or an Error; WEIR_TRY and WEIR_ASSIGN pass an Error on. A message says
// what was tried, on what, at which place, what was found and what to do about it; `context` puts
// the outer thing in front ("courts.zip: case 8812: ..."). Nothing in Weir throws.
//
// Threads: plain values; a Result may be handed from one thread to another.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "weir/base/assert.h"

namespace weir {

enum class ErrorCode {
  usage,        // the command line or an option makes no sense
  declaration,  // a declaration is wrong, or does not fit the target
  io,           // the operating system refused: disk full, permission, a broken device
  unavailable,  // a server does not answer, or refuses whoever asks: no fault of what was asked for
  not_found,    // an input, a table or a key that was named is not there
  corrupt,      // bytes do not say what they should: checksum, syntax, a damaged file
  conflict,     // another run holds the target, or it changed meanwhile
  too_large,    // a limit against bombs was passed
  budget,       // the memory budget is too small for the work
  cancelled,    // the user stopped the run
  unsupported,  // Weir does not do this: a module is missing, a feature is not there
  difference,   // a comparison found a difference
};

// The name of a code as logs and `--json` print it, such as "not_found".
std::string_view to_string(ErrorCode code);

class [[nodiscard]] Error {
 public:
  Error(ErrorCode code, std::string message) : code_(code), message_(std::move(message)) {}

  ErrorCode code() const { return code_; }
  const std::string& message() const { return message_; }

  // The same error with "`where`: " in front.
  Error context(std::string_view where) const&;
  Error context(std::string_view where) &&;

 private:
  ErrorCode code_;
  std::string message_;
};

// An io error (not_found for ENOENT) that names `what` was tried and what errno `number` means:
// "cannot open a.xml: No such file or directory".
Error system_error(std::string_view what, int number);

template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}      // NOLINT
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT
  template <typename U>
  requires(std::is_convertible_v<U&&, T> && !std::is_same_v<std::remove_cvref_t<U>, T> &&
           !std::is_same_v<std::remove_cvref_t<U>, Error> &&
           !std::is_same_v<std::remove_cvref_t<U>, Result<T>>) Result(U&& value)  // NOLINT
      : state_(std::in_place_index<0>, std::forward<U>(value)) {}

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  T& value() & { return WEIR_ASSERT(ok()), *std::get_if<0>(&state_); }
  const T& value() const& { return WEIR_ASSERT(ok()), *std::get_if<0>(&state_); }
  T&& value() && { return WEIR_ASSERT(ok()), std::move(*std::get_if<0>(&state_)); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  const Error& error() const& { return WEIR_ASSERT(!ok()), *std::get_if<1>(&state_); }
  Error&& error() && { return WEIR_ASSERT(!ok()), std::move(*std::get_if<1>(&state_)); }

 private:
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)) {}  // NOLINT

  bool ok() const { return !error_; }
  explicit operator bool() const { return ok(); }
  const Error& error() const& { return WEIR_ASSERT(!ok()), *error_; }
  Error&& error() && { return WEIR_ASSERT(!ok()), std::move(*error_); }

 private:
  std::optional<Error> error_;
};

}  // namespace weir

#define WEIR_CONCAT_(a, b) a##b
#define WEIR_CONCAT(a, b) WEIR_CONCAT_(a, b)

// Returns from the function with the error of `expression`, a Result, if it has one.
#define WEIR_TRY(expression) WEIR_TRY_(WEIR_CONCAT(weir_try_, __COUNTER__), expression)
#define WEIR_TRY_(result, expression)                                               \
  do {                                                                              \
    if (auto result = (expression); !result.ok()) return std::move(result).error(); \
  } while (false)

// WEIR_ASSIGN(auto file, open(path)): the value of a Result, or return with its error.
#define WEIR_ASSIGN(target, expression) \
  WEIR_ASSIGN_(WEIR_CONCAT(weir_result_, __LINE__), target, expression)
#define WEIR_ASSIGN_(result, target, expression)      \
  auto result = (expression);                         \
  if (!result.ok()) return std::move(result).error(); \
  target = std::move(result).value()
