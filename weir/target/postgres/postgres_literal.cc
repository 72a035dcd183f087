#include "weir/target/postgres/postgres_literal.h"

#include <fmt/format.h>

#include "weir/base/bytes.h"
#include "weir/db/sqlite.h"
#include "weir/target/postgres/postgres_names.h"
#include "weir/target/value_text.h"

namespace weir::target {

std::string postgres_literal(const Column& column, i64 row) {
  std::string text;
  switch (column.type.kind) {
    using enum TypeKind;
    case boolean:
      return column.bool_at(row) ? "true" : "false";
    case int32:
      text = fmt::format("{}", column.at<i32>(row));
      break;
    case int64:
      text = fmt::format("{}", column.at<i64>(row));
      break;
    case float32:
      text = fmt::format("{}", column.at<float>(row));
      break;
    case float64:
      text = fmt::format("{}", column.at<double>(row));
      break;
    case string:
    case json:
      return db::quote_text(column.text_at(row));
    case binary:
    case point:
      return fmt::format("'\\x{}'::bytea", to_hex(column.text_at(row)));
    default:
      append_text_form(column, row, text);
  }
  return fmt::format("'{}'::{}", text, postgres_type(column.type, ""));
}

}  // namespace weir::target
