// Values as SQLite stores them: which column type, and to and from columns of a Batch.
//
//   boolean int32 int64                  INTEGER
//   float32 float64                      REAL (NaN is stored as NULL: SQLite has none)
//   string json                          TEXT
//   date timestamp datetime decimal list TEXT, in the forms of value_text.h
//   binary point                         BLOB
//
// SqlValue holds one value by itself, for the places that look at single rows: keys, merged values.
//
// Threads: plain functions and values.
#pragma once

#include <compare>
#include <string>
#include <string_view>
#include <vector>

#include "weir/db/sqlite.h"
#include "weir/flow/batch_builder.h"
#include "weir/target/value_text.h"

namespace weir::target {

struct SqlValue {
  db::ValueType type = db::ValueType::null;
  i64 integer = 0;
  double real = 0;
  std::string text;  // and blobs

  bool is_null() const { return type == db::ValueType::null; }
};

std::string_view sqlite_type(Type type);

void set_value(const Column& column, i64 row, SqlValue& out);
SqlValue integer_value(i64 value);
SqlValue read_value(const db::Statement& statement, i32 column);
// The value stays where it is until the statement has run.
void bind_value(db::Statement& statement, i32 position, const SqlValue& value);

// Appends a stored value to a column of its type.
Appended append_stored(const db::Statement& statement, i32 column, flow::ColumnBuilder& out);

// How two stored values of `type`, not null, follow one another: by what they mean, not by their
// text.
std::strong_ordering compare_stored(Type type, const SqlValue& a, const SqlValue& b);

// The parts of a canonical key (weir/base/key_encoding.h) as stored values of `types`.
// Errors: corrupt  the bytes are not such a key.
Result<std::vector<SqlValue>> decode_key(std::string_view key, const std::vector<Type>& types);

}  // namespace weir::target
