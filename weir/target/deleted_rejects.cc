#include "weir/target/deleted_rejects.h"

#include <algorithm>

#include "weir/base/key_encoding.h"
#include "weir/flow/arena.h"
#include "weir/target/row_columns.h"
#include "weir/target/run_tables.h"

namespace weir::target {
namespace {

constexpr std::size_t key_column = reject_key + 1;  // behind the run

// Of rows in memory; a batch of rejects is some MiB at most.
Result<void> give_rows(const Batch& batch, const std::vector<i32>& rows, const BatchSink& sink) {
  flow::Arena arena(i64{1} << 32);
  std::vector<OwnedColumn> columns;
  columns.reserve(batch.columns.size());
  Batch left{.rows = std::ssize(rows)};
  for (const Column& from : batch.columns) {
    if (!columns.emplace_back(from.type, arena).gather(from, rows))
      return Error(ErrorCode::budget, "no memory for a batch of rejects; raise --memory");
    left.columns.push_back(columns.back().view());
  }
  return sink(left);
}

}  // namespace

bool append_reject_key(const Tables& tables, i32 entity, std::string_view key, std::string& out) {
  const i32 record = tables.entities[static_cast<std::size_t>(entity)].record_table;
  const Table& table = tables.tables[static_cast<std::size_t>(record)];
  KeyPart part;
  for (std::size_t i = 0; i < table.key.size(); ++i) {
    const Type type = table.columns[static_cast<std::size_t>(table.key[i])].type;
    if (!decode_key_part(type, key, part)) return false;
    if (i > 0) out += '|';
    if (part.null) continue;
    if (type.kind == TypeKind::string) {
      out += part.text;
    } else if (type.kind == TypeKind::int32 || type.kind == TypeKind::int64) {
      out += std::to_string(part.integer);
    } else {
      return false;
    }
  }
  return true;
}

bool has_permanent_deletes(const Tables& tables) {
  return std::ranges::any_of(
      tables.entities, [](const Entity& entity) { return entity.deletes == Deletes::permanent; });
}

Result<DeletedRejects> DeletedRejects::collect(const Tables& tables, const BatchSource& versions) {
  DeletedRejects collected;
  if (!has_permanent_deletes(tables)) return collected;
  std::string key;
  WEIR_TRY(versions([&](const Batch& batch) -> Result<void> {
    for (i64 row = 0; row < batch.rows; ++row) {
      const spool::KnownVersion known = make_version(batch, row);
      const Entity& entity = tables.entities[static_cast<std::size_t>(known.entity)];
      if (!known.deleted || entity.deletes != Deletes::permanent) continue;
      key.clear();
      if (append_reject_key(tables, known.entity, known.key, key))
        collected.keys_.push_back(hash128(key));
    }
    return {};
  }));
  std::ranges::sort(collected.keys_);
  return collected;
}

bool DeletedRejects::contains(std::string_view reject_key) const {
  return std::ranges::binary_search(keys_, hash128(reject_key));
}

BatchSource DeletedRejects::left_of(BatchSource rejects) const {
  return [this, rejects = std::move(rejects)](const BatchSink& sink) {
    return rejects([&](const Batch& batch) -> Result<void> {
      const Column& keys = batch.columns[key_column];
      std::vector<i32> rows;
      for (i64 row = 0; row < batch.rows; ++row)
        if (keys.is_null(row) || !contains(keys.text_at(row)))
          rows.push_back(static_cast<i32>(row));
      if (std::ssize(rows) == batch.rows) return sink(batch);
      return rows.empty() ? Result<void>() : give_rows(batch, rows, sink);
    });
  };
}

}  // namespace weir::target
