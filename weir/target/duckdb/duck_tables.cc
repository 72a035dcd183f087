#include "weir/target/duckdb/duck_tables.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "weir/base/bytes.h"
#include "weir/target/duckdb/duck_vectors.h"
#include "weir/target/run_tables.h"
#include "weir/target/sql_names.h"

namespace weir::target {
namespace {

struct OwnTable {
  std::string_view name;
  Schema schema;
};

std::vector<OwnTable> own_tables() {
  return {{"weir_run", run_schema()},         {"weir_input", input_schema()},
          {"weir_chunk", chunk_schema()},     {"weir_reject", stored_reject_schema()},
          {"weir_version", version_schema()}, {surrogate_table, surrogate_schema()}};
}

std::vector<std::string> columns_of(const Schema& schema) {
  std::vector<std::string> columns;
  for (const Field& field : schema.fields)
    columns.push_back(fmt::format("{} {}", field.name, duck_type_name(field.type)));
  return columns;
}

Result<void> make_table(const DuckSchema& schema, std::string_view name, const Schema& columns) {
  WEIR_ASSIGN(const auto found, schema.columns_of(name));
  const auto wanted = columns_of(columns);
  if (found == wanted) return {};
  if (found.empty()) {
    WEIR_TRY(schema.connection().execute(
        fmt::format("CREATE TABLE {} ({})", schema.table(name), column_definitions(columns))));
    return {};
  }
  const auto [there, asked] = std::ranges::mismatch(found, wanted);
  const std::string nothing = "nothing";
  return Error(
      ErrorCode::declaration,
      fmt::format("{}: table {} is there with other columns: \"{}\" where the declaration "
                  "has \"{}\"; load into another file or schema",
                  schema.connection().file(), name, there == found.end() ? nothing : *there,
                  asked == wanted.end() ? nothing : *asked));
}

}  // namespace

std::string DuckSchema::table(std::string_view name) const {
  return qualified_name() + "." + db::quote_name(name);
}

std::string DuckSchema::qualified_name() const { return qualified(connection_->catalog(), name_); }

Result<bool> DuckSchema::exists() const {
  WEIR_ASSIGN(const i64 found,
              connection_->query_number(
                  fmt::format("SELECT count(*) FROM duckdb_schemas() WHERE database_name = {} AND "
                              "schema_name = {}",
                              db::quote_text(connection_->catalog()), db::quote_text(name_))));
  return found > 0;
}

Result<bool> DuckSchema::has_table(std::string_view name) const {
  WEIR_ASSIGN(const auto columns, columns_of(name));
  return !columns.empty();
}

Result<std::vector<std::string>> DuckSchema::columns_of(std::string_view name) const {
  return connection_->query_texts(fmt::format(
      "SELECT column_name || ' ' || data_type FROM duckdb_columns() WHERE database_name = {} AND "
      "schema_name = {} AND table_name = {} ORDER BY column_index",
      db::quote_text(connection_->catalog()), db::quote_text(name_), db::quote_text(name)));
}

std::string column_definitions(const Schema& schema) {
  std::string definitions;
  for (const Field& field : schema.fields)
    definitions += fmt::format("{}{} {}", definitions.empty() ? "" : ", ",
                               db::quote_name(field.name), duck_type_name(field.type));
  return definitions;
}

Schema surrogate_schema() {
  return {{{.name = "table_name", .type = {TypeKind::string}},
           {.name = "last", .type = {TypeKind::int64}}}};
}

Result<void> check_declared(const Tables& tables) {
  for (const Entity& entity : tables.entities)
    if (entity.write == WriteMode::replace_partition)
      return Error(ErrorCode::declaration,
                   fmt::format("entity {}: DuckDB does not have write = \"replace_partition\"; use "
                               "replace_record, upsert or append",
                               entity.name));
  std::set<std::string> names;
  for (const Table& table : tables.tables) {
    std::string name = table.name;
    ascii_lower_text(table.name, name.data());
    if (name.starts_with(own_prefix))
      return Error(ErrorCode::declaration,
                   fmt::format("table \"{}\": names that begin with weir_ are taken; give it "
                               "another name",
                               table.name));
    if (!names.insert(name).second)
      return Error(ErrorCode::declaration,
                   fmt::format("table \"{}\" is there twice, as DuckDB sees no difference between "
                               "capital and small letters; give one of them another name",
                               table.name));
  }
  return {};
}

Result<void> make_tables(const DuckSchema& schema, const Tables& tables) {
  WEIR_TRY(schema.connection().execute("CREATE SCHEMA IF NOT EXISTS " + schema.qualified_name()));
  for (const OwnTable& own : own_tables()) WEIR_TRY(make_table(schema, own.name, own.schema));
  for (std::size_t i = 0; i < tables.tables.size(); ++i)
    WEIR_TRY(make_table(schema, tables.tables[i].name, tables.stored_schema(static_cast<i32>(i))));
  return {};
}

}  // namespace weir::target
