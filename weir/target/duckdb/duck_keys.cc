#include "weir/target/duckdb/duck_keys.h"

#include <fmt/format.h>

#include "weir/base/bytes.h"
#include "weir/base/key_encoding.h"
#include "weir/spool/encoded_row.h"
#include "weir/target/duckdb/duck_reader.h"

namespace weir::target {
namespace {

constexpr i64 rows_at_once = 8192;
constexpr i64 rows_bytes = 8 * MiB;

}  // namespace

DuckKeys::DuckKeys(const DuckSchema& schema, const Tables& tables, std::string name, KeyForm form)
    : schema_(schema), tables_(tables), name_(std::move(name)), form_(form), arena_(rows_bytes) {
  for (const Entity& entity : tables.entities) {
    EntityKeys& keys = entities_.emplace_back();
    keys.schema = form == KeyForm::parts
                      ? key_schema(tables, entity.record_table)
                      : Schema{{{.name = "key", .type = {TypeKind::binary}, .nullable = false}}};
    keys.rows = std::make_unique<flow::BatchBuilder>(keys.schema, arena_);
  }
}

std::string DuckKeys::table(i32 entity) const { return fmt::format("temp.{}_{}", name_, entity); }

Result<void> DuckKeys::make() {
  for (std::size_t i = 0; i < entities_.size(); ++i) {
    if (entities_[i].schema.fields.empty()) continue;
    WEIR_TRY(
        schema_.connection().execute(fmt::format("CREATE OR REPLACE TEMP TABLE {}_{} ({})", name_,
                                                 i, column_definitions(entities_[i].schema))));
  }
  return {};
}

Result<void> DuckKeys::remove() {
  for (std::size_t i = 0; i < entities_.size(); ++i)
    WEIR_TRY(schema_.connection().execute(
        fmt::format("DROP TABLE IF EXISTS {}", table(static_cast<i32>(i)))));
  return {};
}

// False where the arena is full, or the key is not of these types.
bool DuckKeys::append(EntityKeys& keys, std::string_view key, bool& corrupt) const {
  if (form_ == KeyForm::encoding) return keys.rows->column(0).append_text(key);
  KeyPart part;
  for (i64 i = 0; i < keys.rows->column_count(); ++i) {
    flow::ColumnBuilder& column = keys.rows->column(i);
    const std::string_view before = key;
    corrupt = !decode_key_part(column.type(), key, part);
    if (corrupt ||
        !spool::append_encoded(column.type(), before.substr(0, before.size() - key.size()), column))
      return false;
  }
  return true;
}

Result<void> DuckKeys::add(i32 entity, std::string_view key) {
  EntityKeys& keys = entities_[static_cast<std::size_t>(entity)];
  const i64 rows = keys.rows->whole_rows();
  if (rows == rows_at_once) WEIR_TRY(write(entity));
  bool corrupt = false;
  if (!append(keys, key, corrupt) && !corrupt) {
    keys.rows->truncate(rows);
    for (std::size_t i = 0; i < entities_.size(); ++i) WEIR_TRY(write(static_cast<i32>(i)));
    arena_.clear_exhausted();
    if (!append(keys, key, corrupt) && !corrupt)
      return Error(ErrorCode::budget,
                   fmt::format("a key of {} needs more than {}",
                               format_size(static_cast<i64>(key.size())), format_size(rows_bytes)));
  }
  if (corrupt)
    return Error(ErrorCode::corrupt,
                 fmt::format("entity {}: a key in the spool is not of the types of its table",
                             tables_.entities[static_cast<std::size_t>(entity)].name));
  ++keys.count;
  return {};
}

Result<void> DuckKeys::write(i32 entity) {
  EntityKeys& keys = entities_[static_cast<std::size_t>(entity)];
  if (keys.rows->rows() > 0)
    WEIR_TRY(schema_.connection().execute(
        fmt::format("INSERT INTO {} SELECT * FROM weir_rows()", table(entity)), keys.schema,
        keys.rows->view()));
  keys.rows->clear();
  return {};
}

Result<void> DuckKeys::finish() {
  for (std::size_t i = 0; i < entities_.size(); ++i) WEIR_TRY(write(static_cast<i32>(i)));
  return {};
}

}  // namespace weir::target
