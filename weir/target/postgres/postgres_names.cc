#include "weir/target/postgres/postgres_names.h"

#include <fmt/format.h>

#include "weir/base/bytes.h"

namespace weir::target {
namespace {

constexpr std::size_t longest_name = 63;

}  // namespace

Result<void> check_postgres_name(std::string_view name, std::string_view what) {
  if (name.empty()) return Error(ErrorCode::declaration, fmt::format("a {} has no name", what));
  if (name.size() > longest_name)
    return Error(
        ErrorCode::declaration,
        fmt::format("{} \"{}\": PostgreSQL takes names of up to {} bytes; use a shorter one", what,
                    printable(name), longest_name));
  if (!is_valid_utf8(name) || name.find('\0') != name.npos)
    return Error(ErrorCode::declaration,
                 fmt::format("{} \"{}\": the name is not UTF-8 text", what, printable(name)));
  return {};
}

std::string postgres_type(Type type, std::string_view geometry) {
  switch (type.kind) {
    using enum TypeKind;
    case boolean:
      return "boolean";
    case int32:
      return "integer";
    case int64:
      return "bigint";
    case float32:
      return "real";
    case float64:
      return "double precision";
    case decimal:
      return fmt::format("numeric({},{})", type.precision, type.scale);
    case date:
      return "date";
    case timestamp:
      return "timestamptz";
    case datetime:
      return "timestamp";
    case string:
      return "text";
    case json:
      return "json";
    case binary:
      return "bytea";
    case point:
      return geometry.empty() ? "bytea" : fmt::format("{}(Point,4326)", geometry);
    case list:
      return "text[]";
  }
  return "text";
}

}  // namespace weir::target
