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
    : schema_(schema), tables_(tables), form_(form), arena_(rows_bytes) {
  const Schema encoded{
      {{.name = "entity", .type = {TypeKind::int32}}, {.name = "key", .type = {TypeKind::binary}}}};
  const std::size_t count = form == KeyForm::parts ? tables.entities.size() : 1;
  for (std::size_t i = 0; i < count; ++i) {
    EntityKeys& keys = entities_.emplace_back();
    keys.name = fmt::format("{}_{}", name, i);
    keys.schema =
        form == KeyForm::parts ? key_schema(tables, tables.entities[i].record_table) : encoded;
    keys.rows = std::make_unique<flow::BatchBuilder>(keys.schema, arena_);
  }
}

Result<void> DuckKeys::make() {
  for (const EntityKeys& keys : entities_) {
    if (keys.schema.fields.empty()) continue;  // an entity that appends may have no key
    WEIR_TRY(schema_.connection().execute(fmt::format("CREATE OR REPLACE TEMP TABLE {} ({})",
                                                      keys.name, column_definitions(keys.schema))));
  }
  return {};
}

Result<void> DuckKeys::remove() {
  for (const EntityKeys& keys : entities_)
    WEIR_TRY(schema_.connection().execute("DROP TABLE IF EXISTS temp." + keys.name));
  return {};
}

KeyTable DuckKeys::of(i32 entity) const {
  const EntityKeys& keys =
      entities_[form_ == KeyForm::parts ? static_cast<std::size_t>(entity) : 0];
  KeyTable table{.name = "temp." + keys.name, .count = keys.count};
  for (const Field& field : keys.schema.fields) table.columns.push_back(field.name);
  return table;
}

// False where the arena is full, or the key is not of these types.
bool DuckKeys::append(EntityKeys& keys, i32 entity, std::string_view key, bool& corrupt) const {
  if (form_ == KeyForm::encoding)
    return keys.rows->column(0).append(entity) && keys.rows->column(1).append_text(key);
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
  EntityKeys& keys = keys_of(entity);
  if (keys.rows->whole_rows() == rows_at_once) WEIR_TRY(write(keys));
  const i64 rows = keys.rows->whole_rows();
  bool corrupt = false;
  if (!append(keys, entity, key, corrupt) && !corrupt) {
    keys.rows->truncate(rows);
    WEIR_TRY(finish());
    arena_.clear_exhausted();
    if (!append(keys, entity, key, corrupt) && !corrupt)
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

Result<void> DuckKeys::write(EntityKeys& keys) {
  if (keys.rows->rows() > 0)
    WEIR_TRY(schema_.connection().execute(
        fmt::format("INSERT INTO temp.{} SELECT * FROM weir_rows()", keys.name), keys.schema,
        keys.rows->view()));
  keys.rows->clear();
  return {};
}

Result<void> DuckKeys::finish() {
  for (EntityKeys& keys : entities_) WEIR_TRY(write(keys));
  return {};
}

}  // namespace weir::target
