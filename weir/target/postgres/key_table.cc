#include "weir/target/postgres/key_table.h"

#include <fmt/format.h>

#include "weir/base/key_encoding.h"
#include "weir/spool/encoded_row.h"
#include "weir/target/sql_names.h"

namespace weir::target {
namespace {

using db::quote_name;

constexpr i64 batch_rows = 8192;
constexpr i64 batch_bytes = 4 * MiB;
constexpr i64 sender_bytes = 8 * MiB;

const TableColumn& key_part(const Table& record, std::size_t part) {
  return record.columns[static_cast<std::size_t>(record.key[part])];
}

// The encoding, and then the parts of the key.
Schema key_schema(const Table& record) {
  Schema schema;
  schema.fields.push_back(
      {.name = KeyTable::encoding_column, .type = {TypeKind::binary}, .nullable = false});
  for (std::size_t i = 0; i < record.key.size(); ++i)
    schema.fields.push_back({key_part(record, i).name, key_part(record, i).type});
  return schema;
}

}  // namespace

KeyTable::KeyTable(PostgresConnection& connection, const Table& record, std::string name)
    : connection_(connection),
      record_(record),
      name_("pg_temp." + quote_name(name)),
      arena_(std::make_unique<flow::Arena>(batch_bytes)),
      keys_(key_schema(record), *arena_),
      sender_(connection, name_, key_schema(record), false, sender_bytes) {}

Result<std::unique_ptr<KeyTable>> KeyTable::create(PostgresConnection& connection,
                                                   const Tables& tables, i32 entity,
                                                   std::string_view schema, std::string_view name) {
  const i32 index = tables.entities[static_cast<std::size_t>(entity)].record_table;
  const Table& record = tables.tables[static_cast<std::size_t>(index)];
  std::unique_ptr<KeyTable> made(new KeyTable(connection, record, std::string(name)));
  // Types and collations are those of the record table, so that its index can be used.
  WEIR_TRY(connection.execute(fmt::format(
      "CREATE TEMPORARY TABLE {} ON COMMIT DROP AS SELECT ''::bytea AS {}, {} FROM {} LIMIT 0",
      quote_name(name), encoding_column, name_list(tables.stored_schema(index), record.key),
      qualified(schema, record.name))));
  return made;
}

Result<void> KeyTable::add(std::string_view encoded_key) {
  WEIR_ASSIGN(bool room, append(encoded_key));
  if (!room) {
    WEIR_TRY(send_batch());
    WEIR_ASSIGN(room, append(encoded_key));
  }
  if (!room)
    return Error(ErrorCode::budget, fmt::format("a key of table {} is too long", record_.name));
  ++count_;
  return keys_.whole_rows() < batch_rows ? Result<void>() : send_batch();
}

Result<bool> KeyTable::append(std::string_view encoded_key) {
  const i64 rows = keys_.whole_rows();
  bool room = keys_.column(0).append_text(encoded_key);
  std::string_view rest = encoded_key;
  for (std::size_t i = 0; i < record_.key.size() && room; ++i) {
    const std::string_view before = rest;
    KeyPart part;
    if (!decode_key_part(key_part(record_, i).type, rest, part))
      return Error(ErrorCode::corrupt,
                   fmt::format("a key of table {} cannot be read back", record_.name));
    has_nulls_ = has_nulls_ || part.null;
    room = spool::append_encoded(key_part(record_, i).type,
                                 before.substr(0, before.size() - rest.size()),
                                 keys_.column(static_cast<i64>(i) + 1));
  }
  if (!room) keys_.truncate(rows);
  return room;
}

Result<void> KeyTable::send_batch() {
  WEIR_TRY(sender_.add(keys_.view()));
  keys_.clear();
  arena_->clear_exhausted();
  return {};
}

Result<void> KeyTable::finish() {
  WEIR_TRY(send_batch());
  WEIR_TRY(sender_.send());
  // Temporary tables are counted by nobody else, and plans go by the counts.
  return connection_.execute(fmt::format("ANALYZE {}", name_));
}

std::vector<std::string> KeyTable::matches(const Table& table, const std::vector<i32>& columns,
                                           std::string_view alias) const {
  std::string equal;
  std::string same;
  std::string has_null;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const std::string of_table = fmt::format(
        "{}.{}", alias, quote_name(table.columns[static_cast<std::size_t>(columns[i])].name));
    const std::string of_key = "k." + quote_name(key_part(record_, i).name);
    equal += fmt::format("{}{} = {}", i == 0 ? "" : " AND ", of_table, of_key);
    same += fmt::format(" AND {} IS NOT DISTINCT FROM {}", of_table, of_key);
    has_null += fmt::format("{}{} IS NULL", i == 0 ? "" : " OR ", of_key);
  }
  if (!has_nulls_) return {equal};
  return {equal, fmt::format("({}){}", has_null, same)};
}

}  // namespace weir::target
