// The tables of a target in DuckDB: what they are called, how they are made, what is refused.
//
// Besides the declared ones a schema holds weir_run, weir_input, weir_chunk, weir_reject and
// weir_version (weir/target/run_tables.h), and weir_surrogate(table_name, last), the greatest
// surrogate ever given of each table. No table has a key or an index.
//
// Threads: those of the connection.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "weir/base/tables.h"
#include "weir/target/duckdb/duck_connection.h"

namespace weir::target {

// A schema of a database.
class DuckSchema {
 public:
  DuckSchema(DuckConnection& connection, std::string name)
      : connection_(&connection), name_(std::move(name)) {}

  DuckConnection& connection() const { return *connection_; }
  const std::string& name() const { return name_; }
  // `"catalog"."schema"."table"`: no other name is meant, whatever the file is called.
  std::string table(std::string_view name) const;
  // `"catalog"."schema"`
  std::string qualified_name() const;

  Result<bool> exists() const;
  Result<bool> has_table(std::string_view name) const;
  // `name TYPE` of each column, in order; none where there is no such table.
  Result<std::vector<std::string>> columns_of(std::string_view name) const;

 private:
  DuckConnection* connection_;
  std::string name_;
};

// `"a" INTEGER, "b" VARCHAR`
std::string column_definitions(const Schema& schema);
// Names that begin so are Weir's own.
inline constexpr std::string_view own_prefix = "weir_";
inline constexpr std::string_view surrogate_table = "weir_surrogate";
Schema surrogate_schema();

// Errors: declaration  DuckDB cannot hold this: a write mode, a name; says what to do.
Result<void> check_declared(const Tables& tables);

// Makes schema, manifest and declared tables that are not there.
// Errors: declaration  one is there with other columns.
Result<void> make_tables(const DuckSchema& schema, const Tables& tables);

}  // namespace weir::target
