// What targets in databases have in common about names: of schemas, tables and columns, in URLs and
// in SQL.
//
// Threads: plain functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "weir/base/result.h"
#include "weir/base/tables.h"
#include "weir/db/sqlite.h"  // quote_name, quote_text

namespace weir::target {

// What stands behind the scheme of a URL, without its option `schema`.
struct DatabasePlace {
  std::string place;
  std::string schema;  // empty: the database's own
};

// `a.duckdb?schema=next` is the place `a.duckdb` and the schema `next`; other options stay where
// they are. %2F and the like are decoded in the schema.
// Errors: usage  the schema is empty, or named twice.
Result<DatabasePlace> split_schema(std::string_view place);

// `"schema"."table"`
std::string qualified(std::string_view schema, std::string_view table);
// `"a", "b"`, each with `prefix` in front, such as `t.`.
std::string name_list(const Schema& schema, std::string_view prefix = "");
// The same for some of the columns, as positions in the schema.
std::string name_list(const Schema& schema, const std::vector<i32>& columns,
                      std::string_view prefix = "");

}  // namespace weir::target
