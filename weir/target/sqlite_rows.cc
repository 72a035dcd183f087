#include "weir/target/sqlite_rows.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <new>

#include "weir/target/value_text.h"

namespace weir::target {
namespace {

// SQLite hands pointers to the first member around, as its interface asks.
struct RowTable {
  sqlite3_vtab base;
  RowSource* source;
};

struct RowCursor {
  sqlite3_vtab_cursor base;
  RowSource* source;
  i64 row;
};

RowCursor& cursor_of(sqlite3_vtab_cursor* base) { return *reinterpret_cast<RowCursor*>(base); }

int connect(sqlite3* handle, void* source, int, const char* const*, sqlite3_vtab** out, char**) {
  auto* rows = static_cast<RowSource*>(source);
  std::string sql = "CREATE TABLE rows(";
  for (std::size_t i = 0; i < rows->texts.size(); ++i)
    sql += fmt::format("{}c{}", i == 0 ? "" : ",", i);
  const int declared = sqlite3_declare_vtab(handle, (sql + ")").c_str());
  if (declared != SQLITE_OK) return declared;
  auto* table = new (std::nothrow) RowTable{{}, rows};
  if (table == nullptr) return SQLITE_NOMEM;
  *out = &table->base;
  return SQLITE_OK;
}

int disconnect(sqlite3_vtab* table) {
  delete reinterpret_cast<RowTable*>(table);
  return SQLITE_OK;
}

int best_index(sqlite3_vtab*, sqlite3_index_info*) { return SQLITE_OK; }

int open_cursor(sqlite3_vtab* table, sqlite3_vtab_cursor** out) {
  auto* cursor = new (std::nothrow) RowCursor{{}, reinterpret_cast<RowTable*>(table)->source, 0};
  if (cursor == nullptr) return SQLITE_NOMEM;
  *out = &cursor->base;
  return SQLITE_OK;
}

int close_cursor(sqlite3_vtab_cursor* base) {
  delete &cursor_of(base);
  return SQLITE_OK;
}

int first(sqlite3_vtab_cursor* base, int, const char*, int, sqlite3_value**) {
  cursor_of(base).row = 0;
  return SQLITE_OK;
}

int next(sqlite3_vtab_cursor* base) {
  ++cursor_of(base).row;
  return SQLITE_OK;
}

int at_end(sqlite3_vtab_cursor* base) {
  const RowCursor& cursor = cursor_of(base);
  return cursor.row >= cursor.source->rows ? 1 : 0;
}

int row_id(sqlite3_vtab_cursor* base, sqlite3_int64* out) {
  *out = cursor_of(base).row;
  return SQLITE_OK;
}

// The batch stays until the statement has run, so nothing has to be copied.
void give_text(sqlite3_context* context, std::string_view text) {
  const char* data = text.data() != nullptr ? text.data() : "";
  sqlite3_result_text64(context, data, text.size(), SQLITE_STATIC, SQLITE_UTF8);
}

void give_value(sqlite3_context* context, const Column& column, i64 row, std::string& text) {
  switch (column.type.kind) {
    using enum TypeKind;
    case string:
    case json:
      return give_text(context, column.text_at(row));
    case int32:
      return sqlite3_result_int(context, column.at<i32>(row));
    case int64:
      return sqlite3_result_int64(context, column.at<i64>(row));
    case boolean:
      return sqlite3_result_int(context, column.bool_at(row) ? 1 : 0);
    case float32:
      return sqlite3_result_double(context, static_cast<double>(column.at<float>(row)));
    case float64:
      return sqlite3_result_double(context, column.at<double>(row));
    case binary:
    case point: {
      const std::string_view bytes = column.text_at(row);
      const char* data = bytes.data() != nullptr ? bytes.data() : "";
      return sqlite3_result_blob64(context, data, bytes.size(), SQLITE_STATIC);
    }
    default:
      text.clear();
      append_text_form(column, row, text);
      return give_text(context, text);
  }
}

void give_stored(sqlite3_context* context, const SqlValue& value) {
  switch (value.type) {
    case db::ValueType::integer:
      return sqlite3_result_int64(context, value.integer);
    case db::ValueType::real:
      return sqlite3_result_double(context, value.real);
    case db::ValueType::text:
      return give_text(context, value.text);
    case db::ValueType::blob:
      return sqlite3_result_blob64(context, value.text.data(), value.text.size(), SQLITE_STATIC);
    case db::ValueType::null:
      return;
  }
}

int column(sqlite3_vtab_cursor* base, sqlite3_context* context, int index) {
  const RowCursor& cursor = cursor_of(base);
  RowSource& source = *cursor.source;
  const i64 row = source.selected != nullptr ? source.selected[cursor.row] : cursor.row;
  const RowColumn& from = source.columns[static_cast<std::size_t>(index)];
  if (from.nulls != nullptr && from.nulls->is_null(row)) return SQLITE_OK;

  const i64 at = from.at != nullptr ? from.at[row] : row;
  if (from.values == nullptr && from.numbers == nullptr) {
    give_stored(context, from.stored[at]);
  } else if (from.values == nullptr) {
    sqlite3_result_int64(context, from.numbers[at]);
  } else if (!from.values->is_null(at)) {
    give_value(context, *from.values, at, source.texts[static_cast<std::size_t>(index)]);
  }
  return SQLITE_OK;
}

// Without xCreate the table is there by its name alone: no schema has to know it.
constexpr sqlite3_module row_module = {
    .iVersion = 0,
    .xCreate = nullptr,
    .xConnect = connect,
    .xBestIndex = best_index,
    .xDisconnect = disconnect,
    .xDestroy = nullptr,
    .xOpen = open_cursor,
    .xClose = close_cursor,
    .xFilter = first,
    .xNext = next,
    .xEof = at_end,
    .xColumn = column,
    .xRowid = row_id,
};

}  // namespace

void value_of(const RowSource& source, std::size_t index, i64 row, SqlValue& out) {
  out = {};
  const RowColumn& from = source.columns[index];
  if (from.nulls != nullptr && from.nulls->is_null(row)) return;
  const i64 at = from.at != nullptr ? from.at[row] : row;
  if (from.values != nullptr)
    set_value(*from.values, at, out);
  else
    out = from.numbers != nullptr ? integer_value(from.numbers[at]) : from.stored[at];
}

Result<void> attach_rows(db::Connection& connection, const std::string& name, i32 columns,
                         RowSource& source) {
  source.texts.resize(static_cast<std::size_t>(columns));
  return connection.attach_module(name, &row_module, &source);
}

}  // namespace weir::target
