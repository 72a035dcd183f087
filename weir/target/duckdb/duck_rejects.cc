#include "weir/target/duckdb/duck_rejects.h"

#include <fmt/format.h>

#include "weir/base/key_encoding.h"
#include "weir/format/csv_reader.h"
#include "weir/target/duckdb/duck_reader.h"
#include "weir/target/run_tables.h"
#include "weir/target/sql_names.h"

namespace weir::target {
namespace {

constexpr i64 rows_at_once = 8192;
constexpr i64 rows_bytes = 64 * MiB;
constexpr std::string_view staged = "weir_reject_key";

Schema staged_schema() {
  return {
      {{.name = "text", .type = {TypeKind::string}}, {.name = "key", .type = {TypeKind::binary}}}};
}

// The encoding of a key, of which `text` has the parts, joined by "|". Empty: it has others.
std::string encode_key_text(std::string_view text, const Schema& parts) {
  std::string encoded;
  for (std::size_t i = 0; i < parts.fields.size(); ++i) {
    const bool last = i + 1 == parts.fields.size();
    const auto end = last ? text.size() : text.find('|');
    if (end == text.npos) return "";
    flow::Arena arena(1 * MiB);
    flow::ColumnBuilder column(parts.fields[i].type, arena);
    if (format::append_csv_cell(text.substr(0, end), column) != true) return "";
    encode_key_part(column.view(), 0, encoded);
    text.remove_prefix(last ? end : end + 1);
  }
  return encoded;
}

Result<void> stage(const DuckSchema& schema, const std::vector<std::string>& texts,
                   const Schema& parts) {
  const Schema columns = staged_schema();
  WEIR_TRY(schema.connection().execute(
      fmt::format("CREATE OR REPLACE TEMP TABLE {} ({})", staged, column_definitions(columns))));
  flow::Arena arena(rows_bytes);
  flow::BatchBuilder rows(columns, arena);
  const auto write = [&]() -> Result<void> {
    WEIR_TRY(schema.connection().execute(
        fmt::format("INSERT INTO temp.{} SELECT * FROM weir_rows()", staged), columns,
        rows.view()));
    rows.clear();
    return {};
  };
  for (const std::string& text : texts) {
    const std::string key = encode_key_text(text, parts);
    if (key.empty()) continue;
    if (!rows.column(0).append_text(text) || !rows.column(1).append_text(key))
      return Error(ErrorCode::budget, "keys of rejects are too long; raise --memory");
    if (rows.rows() == rows_at_once) WEIR_TRY(write());
  }
  return write();
}

}  // namespace

Result<void> remove_deleted_rejects(const DuckSchema& schema, const Tables& tables) {
  DuckConnection& connection = schema.connection();
  const std::string rejects = schema.table("weir_reject");
  for (std::size_t i = 0; i < tables.entities.size(); ++i) {
    if (tables.entities[i].deletes != Deletes::permanent) continue;
    WEIR_ASSIGN(const auto texts,
                connection.query_texts(
                    fmt::format("SELECT DISTINCT key FROM {} WHERE key IS NOT NULL", rejects)));
    if (texts.empty()) return {};
    WEIR_TRY(stage(schema, texts, key_schema(tables, tables.entities[i].record_table)));
    WEIR_TRY(connection.execute(fmt::format(
        "DELETE FROM {} WHERE key IN (SELECT s.text FROM temp.{} AS s JOIN {} AS v ON v.key = "
        "s.key AND v.entity = {} AND v.deleted)",
        rejects, staged, schema.table("weir_version"), i)));
    WEIR_TRY(connection.execute(fmt::format("DROP TABLE temp.{}", staged)));
  }
  return {};
}

}  // namespace weir::target
