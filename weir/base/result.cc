#include "weir/base/result.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <system_error>

namespace weir {

void assertion_failed(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "weir: a mistake in the program: %s does not hold (%s:%d)\n", condition,
               file, line);
  std::abort();
}

std::string_view to_string(ErrorCode code) {
  switch (code) {
    using enum ErrorCode;
    case usage:
      return "usage";
    case declaration:
      return "declaration";
    case io:
      return "io";
    case unavailable:
      return "unavailable";
    case not_found:
      return "not_found";
    case corrupt:
      return "corrupt";
    case conflict:
      return "conflict";
    case too_large:
      return "too_large";
    case budget:
      return "budget";
    case cancelled:
      return "cancelled";
    case unsupported:
      return "unsupported";
    case difference:
      return "difference";
  }
  return "unknown";
}

Error Error::context(std::string_view where) const& { return Error(*this).context(where); }

Error Error::context(std::string_view where) && {
  return Error(code_, fmt::format("{}: {}", where, message_));
}

Error system_error(std::string_view what, int number) {
  const auto code = number == ENOENT ? ErrorCode::not_found : ErrorCode::io;
  return Error(code, fmt::format("{}: {}", what, std::generic_category().message(number)));
}

}  // namespace weir
