#include "weir/target/file_carry.h"

#include <algorithm>
#include <bit>

#include "weir/base/hash.h"
#include "weir/base/key_encoding.h"
#include "weir/target/record_keys.h"

namespace weir::target {
namespace {

constexpr i64 batch_rows = 8192;
constexpr i64 least_share = 1024;  // keys

Hash128 hash_key(i32 entity, std::string_view key, std::string& scratch) {
  scratch.assign(reinterpret_cast<const char*>(&entity), sizeof entity);
  scratch += key;
  return hash128(scratch);
}

// Calls `row_function(batch, row, number)` for each row of the file.
template <typename RowFunction>
Result<void> for_each_row(TableReader& reader, RowFunction&& row_function) {
  Batch batch;
  i64 number = 0;
  for (;;) {
    WEIR_ASSIGN(const bool more, reader.next(batch));
    if (!more) return {};
    for (i64 row = 0; row < batch.rows; ++row) row_function(batch, row, number++);
  }
}

bool bit_at(const std::vector<u8>& bits, i64 row) {
  return ((bits[static_cast<std::size_t>(row >> 3)] >> (row & 7)) & 1) != 0;
}

}  // namespace

KeyHashes::KeyHashes(i64 keys)
    : slots_(std::bit_ceil(static_cast<std::size_t>(std::max<i64>(keys, 1)) * 2)) {}

std::size_t KeyHashes::slot(Hash128 key) const {
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = static_cast<std::size_t>(key.low) & mask;
  while (slots_[at] != Hash128{} && slots_[at] != key) at = (at + 1) & mask;
  return at;
}

void KeyHashes::insert(Hash128 key) {
  const std::size_t at = slot(key);
  if (slots_[at] == key) return;
  slots_[at] = key;
}

bool KeyHashes::contains(Hash128 key) const { return slots_[slot(key)] == key; }

CarryOver::CarryOver(const FileFormat& format, FileFolder& folder, i64 bytes)
    : format_(format), folder_(folder), tables_(folder.manifest().tables), bytes_(bytes) {
  const FileManifest& manifest = folder.manifest();
  for (std::size_t i = 0; i < tables_.tables.size(); ++i) {
    const TableKind kind = tables_.tables[i].kind;
    if (kind != TableKind::record && kind != TableKind::child) continue;
    for (const TableFile& file : manifest.files[i])
      files_.push_back({.table = static_cast<i32>(i), .file = file});
  }
  for (i64 last_id : manifest.last_ids)
    stale_records_.emplace_back(static_cast<std::size_t>(last_id / 8 + 1));
}

const Table& CarryOver::table_of(const CurrentFile& file) const {
  return tables_.tables[static_cast<std::size_t>(file.table)];
}

i32 CarryOver::record_table_of(const Table& table) const {
  return tables_.entities[static_cast<std::size_t>(table.entity)].record_table;
}

Result<void> CarryOver::find_stale(const StaleKeys& stale, PromotionLanes& lanes) {
  // Slots are at most five times the keys; shares are as even as the hash is.
  const i64 slot_bytes = 5 * static_cast<i64>(sizeof(Hash128));
  const i64 keys_at_once = std::max<i64>(bytes_ / slot_bytes, least_share);
  const u64 shares = static_cast<u64>(stale.count / keys_at_once + 1);
  const auto count = static_cast<i64>(files_.size());
  for (u64 share = 0; share < shares && stale.count > 0; ++share) {
    KeyHashes hashes(std::min(stale.count, keys_at_once + least_share));
    std::string scratch;
    WEIR_TRY(stale.each([&](i32 entity, std::string_view key) -> Result<void> {
      const Hash128 hash = hash_key(entity, key, scratch);
      if (hash.high % shares == share) hashes.insert(hash);
      return {};
    }));
    WEIR_TRY(lanes.spread(count, [&](i64, i64 file) {
      return mark_by_key(files_[static_cast<std::size_t>(file)], hashes);
    }));
  }
  return lanes.spread(
      count, [&](i64, i64 file) { return mark_by_record(files_[static_cast<std::size_t>(file)]); });
}

Result<void> CarryOver::mark_by_key(CurrentFile& file, const KeyHashes& hashes) {
  const Table& table = table_of(file);
  std::vector<i32> columns = record_key_columns(tables_, file.table);
  const std::size_t parts = columns.size();
  if (parts == 0) return {};
  const bool has_id = table.kind == TableKind::record && table.surrogate() >= 0;
  if (has_id) columns.push_back(table.surrogate());

  WEIR_ASSIGN(const auto reader, open(file, columns));
  std::string key;
  std::string scratch;
  return for_each_row(*reader, [&](const Batch& batch, i64 row, i64 number) {
    key.clear();
    for (std::size_t i = 0; i < parts; ++i) encode_key_part(batch.columns[i], row, key);
    if (!hashes.contains(hash_key(table.entity, key, scratch))) return;
    mark(file, number);
    if (has_id) mark_record(file.table, batch.columns[parts].at<i64>(row));
  });
}

Result<void> CarryOver::mark_by_record(CurrentFile& file) {
  const i32 record = record_table_of(table_of(file));
  const i32 column = record_id_column(tables_, file.table);
  if (column < 0) return {};
  WEIR_ASSIGN(const auto reader, open(file, {column}));
  return for_each_row(*reader, [&](const Batch& batch, i64 row, i64 number) {
    if (is_stale_record(record, batch.columns[0].at<i64>(row))) mark(file, number);
  });
}

void CarryOver::mark(CurrentFile& file, i64 row) {
  if (file.stale.empty()) file.stale.resize(static_cast<std::size_t>(file.file.rows / 8 + 1));
  if (bit_at(file.stale, row)) return;
  u8& byte = file.stale[static_cast<std::size_t>(row >> 3)];
  byte = static_cast<u8>(byte | (1U << (row & 7)));
  ++file.stale_rows;
}

void CarryOver::mark_record(i32 table, i64 id) {
  auto& bits = stale_records_[static_cast<std::size_t>(table)];
  bits[static_cast<std::size_t>(id >> 3)].fetch_or(static_cast<u8>(1U << (id & 7)));
}

bool CarryOver::is_stale_record(i32 table, i64 id) const {
  const auto& bits = stale_records_[static_cast<std::size_t>(table)];
  return ((bits[static_cast<std::size_t>(id >> 3)] >> (id & 7)) & 1) != 0;
}

Result<std::unique_ptr<TableReader>> CarryOver::open(const CurrentFile& file,
                                                     const std::vector<i32>& columns) const {
  return folder_.read(format_, file.file, tables_.stored_schema(file.table), columns, batch_rows);
}

Result<void> CarryOver::copy(const CurrentFile& file, flow::Arena& arena,
                             const RowSink& sink) const {
  const Schema schema = tables_.stored_schema(file.table);
  WEIR_ASSIGN(const auto reader, open(file, all_columns(schema)));
  std::vector<OwnedColumn> kept;
  for (const Field& field : schema.fields) kept.emplace_back(field.type, arena);

  std::vector<i32> rows;
  i64 number = 0;
  Batch batch;
  for (;;) {
    WEIR_ASSIGN(const bool more, reader->next(batch));
    if (!more) return {};
    rows.clear();
    for (i64 row = 0; row < batch.rows; ++row)
      if (!bit_at(file.stale, number++)) rows.push_back(static_cast<i32>(row));
    if (rows.empty()) continue;
    Batch out{.rows = static_cast<i64>(rows.size())};
    for (std::size_t i = 0; i < kept.size(); ++i) {
      if (!kept[i].gather(batch.columns[i], rows))
        return Error(ErrorCode::budget, file.file.file + ": no memory to copy its rows");
      out.columns.push_back(kept[i].view());
    }
    WEIR_TRY(sink(file.table, out));
  }
}

}  // namespace weir::target
