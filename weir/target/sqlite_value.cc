#include "weir/target/sqlite_value.h"

#include "weir/base/key_encoding.h"
#include "weir/base/time.h"

namespace weir::target {
namespace {

using db::ValueType;

void set_integer(i64 integer, SqlValue& out) {
  out.type = ValueType::integer;
  out.integer = integer;
}

void set_text(std::string_view text, SqlValue& out) {
  out.type = ValueType::text;
  out.text = text;
}

template <typename T>
Appended appended(flow::ColumnBuilder& out, T value) {
  return out.append(value) ? Appended::yes : Appended::full;
}

// The part at the front of a canonical key, as it is stored; a list never is one.
bool take_key_part(std::string_view& bytes, Type type, SqlValue& out) {
  KeyPart part;
  if (!decode_key_part(type, bytes, part)) return false;
  out.type = ValueType::null;
  if (part.null) return true;
  switch (type.kind) {
    using enum TypeKind;
    case boolean:
    case int32:
    case int64:
      set_integer(part.integer, out);
      return true;
    case float32:
    case float64:
      out.type = ValueType::real;
      out.real = part.real;
      return true;
    case decimal:
      set_text("", out);
      append_decimal(part.decimal, type.scale, out.text);
      return true;
    case date:
      set_text(format_date(static_cast<i32>(part.integer)), out);
      return true;
    case datetime:
      set_text(format_datetime(part.integer), out);
      return true;
    case timestamp:
      set_text(format_timestamp(part.integer), out);
      return true;
    case point:
    case binary:
      out.type = ValueType::blob;
      out.text = std::move(part.text);
      return true;
    case string:
    case json:
      set_text(part.text, out);
      return true;
    case list:
      break;
  }
  return false;
}

std::strong_ordering as_strong(std::partial_ordering order) {
  if (order < 0) return std::strong_ordering::less;
  return order > 0 ? std::strong_ordering::greater : std::strong_ordering::equal;
}

}  // namespace

std::string_view sqlite_type(Type type) {
  switch (type.kind) {
    using enum TypeKind;
    case boolean:
    case int32:
    case int64:
      return "INTEGER";
    case float32:
    case float64:
      return "REAL";
    case binary:
    case point:
      return "BLOB";
    default:
      return "TEXT";
  }
}

void set_value(const Column& column, i64 row, SqlValue& out) {
  out.type = ValueType::null;
  if (column.is_null(row)) return;
  switch (column.type.kind) {
    using enum TypeKind;
    case boolean:
      return set_integer(column.bool_at(row) ? 1 : 0, out);
    case int32:
      return set_integer(column.at<i32>(row), out);
    case int64:
      return set_integer(column.at<i64>(row), out);
    case float32:
    case float64:
      out.type = ValueType::real;
      out.real = column.type.kind == float64 ? column.at<double>(row)
                                             : static_cast<double>(column.at<float>(row));
      return;
    case string:
    case json:
      return set_text(column.text_at(row), out);
    case binary:
    case point:
      set_text(column.text_at(row), out);
      out.type = ValueType::blob;
      return;
    default:
      set_text("", out);
      append_text_form(column, row, out.text);
  }
}

SqlValue integer_value(i64 value) {
  SqlValue made;
  set_integer(value, made);
  return made;
}

SqlValue read_value(const db::Statement& statement, i32 column) {
  SqlValue value;
  value.type = statement.column_type(column);
  switch (value.type) {
    case ValueType::integer:
      value.integer = statement.column_i64(column);
      break;
    case ValueType::real:
      value.real = statement.column_double(column);
      break;
    case ValueType::text:
      value.text = statement.column_text(column);
      break;
    case ValueType::blob:
      value.text = statement.column_blob(column);
      break;
    case ValueType::null:
      break;
  }
  return value;
}

void bind_value(db::Statement& statement, i32 position, const SqlValue& value) {
  switch (value.type) {
    case ValueType::integer:
      return statement.bind(position, value.integer);
    case ValueType::real:
      return statement.bind(position, value.real);
    case ValueType::text:
      return statement.bind(position, value.text);
    case ValueType::blob:
      return statement.bind_blob(position, value.text);
    case ValueType::null:
      return statement.bind_null(position);
  }
}

Appended append_stored(const db::Statement& statement, i32 column, flow::ColumnBuilder& out) {
  if (statement.column_is_null(column)) return out.append_null() ? Appended::yes : Appended::full;
  switch (out.type().kind) {
    using enum TypeKind;
    case boolean:
      return out.append_bool(statement.column_i64(column) != 0) ? Appended::yes : Appended::full;
    case int32:
      return appended(out, static_cast<i32>(statement.column_i64(column)));
    case int64:
      return appended(out, statement.column_i64(column));
    case float32:
      return appended(out, static_cast<float>(statement.column_double(column)));
    case float64:
      return appended(out, statement.column_double(column));
    case string:
    case json:
      return out.append_text(statement.column_text(column)) ? Appended::yes : Appended::full;
    case binary:
    case point:
      return out.append_text(statement.column_blob(column)) ? Appended::yes : Appended::full;
    default:
      return append_parsed(statement.column_text(column), out);
  }
}

std::strong_ordering compare_stored(Type type, const SqlValue& a, const SqlValue& b) {
  switch (type.kind) {
    using enum TypeKind;
    case boolean:
    case int32:
    case int64:
      return a.integer <=> b.integer;
    case float32:
    case float64:
      return as_strong(a.real <=> b.real);
    case decimal: {
      i128 x = 0;
      i128 y = 0;
      if (!parse_decimal(a.text, type.scale, x) || !parse_decimal(b.text, type.scale, y))
        return a.text <=> b.text;
      return x < y ? std::strong_ordering::less
                   : (x > y ? std::strong_ordering::greater : std::strong_ordering::equal);
    }
    case timestamp: {
      // The Z would stand above the point of a second's part.
      const auto without_z = [](const std::string& text) {
        return std::string_view(text).substr(0, text.empty() ? 0 : text.size() - 1);
      };
      return without_z(a.text) <=> without_z(b.text);
    }
    default:
      return a.text <=> b.text;
  }
}

Result<std::vector<SqlValue>> decode_key(std::string_view key, const std::vector<Type>& types) {
  std::vector<SqlValue> values(types.size());
  std::string_view rest = key;
  for (std::size_t i = 0; i < types.size(); ++i)
    if (!take_key_part(rest, types[i], values[i]))
      return Error(ErrorCode::corrupt, "the key of a record is not as its columns say");
  if (!rest.empty())
    return Error(ErrorCode::corrupt, "the key of a record has more parts than its columns");
  return values;
}

}  // namespace weir::target
