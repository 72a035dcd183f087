#include "weir/target/sqlite_lookups.h"

#include <fmt/format.h>

#include <algorithm>

#include "weir/base/key_encoding.h"
#include "weir/target/sqlite_linked_removal.h"

namespace weir::target {
namespace {

// What a node of the map costs besides the key's bytes.
constexpr i64 cache_entry_bytes = 80;

}  // namespace

Result<Lookups> Lookups::prepare(db::Connection& connection, const Tables& tables,
                                 i64 cache_bytes) {
  i64 count = 0;
  for (const Table& table : tables.tables) count += table.kind == TableKind::lookup ? 1 : 0;
  Lookups made(connection, tables, cache_bytes / std::max<i64>(count, 1));
  made.lookups_.resize(tables.tables.size());
  for (i32 i = 0; i < static_cast<i32>(tables.tables.size()); ++i) {
    if (made.table_at(i).kind != TableKind::lookup) continue;
    WEIR_ASSIGN(auto rows, KeyedRows::prepare(connection, tables, i));
    made.at(i).rows.push_back(std::move(rows));
  }
  return made;
}

Result<void> Lookups::apply(const ChunkBatches& part, const spool::GoodLookupRows& good,
                            RowNumbers& numbers) {
  for (i32 i = 0; i < static_cast<i32>(lookups_.size()); ++i)
    if (table_at(i).kind == TableKind::lookup)
      WEIR_TRY(apply_table(i, part.tables[static_cast<std::size_t>(i)], good, numbers));
  return {};
}

Result<void> Lookups::apply_table(i32 table, const Batch& batch, const spool::GoodLookupRows& good,
                                  RowNumbers& numbers) {
  at(table).ids.assign(static_cast<std::size_t>(batch.rows), 0);
  for (i64 row = 0; row < batch.rows; ++row) {
    if (!good.contains(table, row)) continue;
    WEIR_ASSIGN(const i64 id, find_or_make(table, batch, row, numbers));
    at(table).ids[static_cast<std::size_t>(row)] = id;
  }
  return {};
}

Result<i64> Lookups::find_or_make(i32 table, const Batch& batch, i64 row, RowNumbers& numbers) {
  Lookup& lookup = at(table);
  set_row(table, batch, row, row_);
  encode_row(table, batch, row);
  if (const auto known = lookup.cache.find(key_); known != lookup.cache.end()) return known->second;

  const i64 last = numbers.last(table);
  WEIR_ASSIGN(const i64 id, lookup.rows[0].merge(row_, numbers, false, uses_));
  if (id > last) uses_.lost(table, id);  // a new one, until a row that is written uses it
  const i64 entry_bytes = static_cast<i64>(key_.size()) + cache_entry_bytes;
  if (lookup.cache_bytes + entry_bytes > cache_limit_bytes_) {
    lookup.cache.clear();
    lookup.cache_bytes = 0;
  }
  lookup.cache.emplace(key_, id);
  lookup.cache_bytes += entry_bytes;
  return id;
}

// All of the row, in key_: a row that was merged once changes nothing when it comes again.
void Lookups::encode_row(i32 table, const Batch& batch, i64 row) {
  key_.clear();
  std::size_t position = 0;
  for (const TableColumn& declared : table_at(table).columns) {
    if (declared.source == ColumnSource::surrogate) continue;
    if (declared.source == ColumnSource::lookup_ref && !row_[position].is_null())
      encode_int(row_[position].integer, key_);
    else
      encode_key_part(batch.columns[position], row, key_);
    ++position;
  }
}

// The values of the row, links as ids. Lookups stand before the tables that link to them, so that
// those ids are known.
void Lookups::set_row(i32 table, const Batch& batch, i64 row, std::vector<SqlValue>& out) const {
  out.resize(batch.columns.size());
  std::size_t position = 0;
  for (const TableColumn& declared : table_at(table).columns) {
    if (declared.source == ColumnSource::surrogate) continue;
    const Column& column = batch.columns[position];
    set_value(column, row, out[position]);
    if (declared.source == ColumnSource::lookup_ref && !out[position].is_null())
      out[position] =
          integer_value(ids(declared.table)[static_cast<std::size_t>(column.at<i32>(row))]);
    ++position;
  }
}

void Lookups::mark_used(i32 table, const Column& links, i64 rows, const i32* selected) {
  const std::vector<i64>& ids = at(table).ids;
  for (i64 i = 0; i < rows; ++i) {
    const i64 row = selected != nullptr ? selected[i] : i;
    if (!links.is_null(row)) uses_.used(table, ids[static_cast<std::size_t>(links.at<i32>(row))]);
  }
}

bool Lookups::may_have_unused() const {
  for (i32 i = 0; i < static_cast<i32>(lookups_.size()); ++i)
    if (table_at(i).kind == TableKind::lookup && !table_at(i).keep && uses_.any(i)) return true;
  return false;
}

void Lookups::doubt_all(const RowNumbers& numbers) {
  for (i32 i = 0; i < static_cast<i32>(lookups_.size()); ++i)
    if (table_at(i).kind == TableKind::lookup) uses_.doubt_all(i, numbers.last(i));
}

Result<void> Lookups::remove_unused() {
  // Those that link first: what only they used goes with them.
  for (i32 i = static_cast<i32>(lookups_.size()) - 1; i >= 0; --i) {
    if (table_at(i).kind != TableKind::lookup || table_at(i).keep || !uses_.any(i)) continue;
    WEIR_TRY(find_uses(i));
    WEIR_TRY(remove_doubtful(i));
  }
  return {};
}

// Reads all links to the lookup; what none of them names stays doubtful. One that no table links to
// is never removed.
Result<void> Lookups::find_uses(i32 lookup) {
  bool is_linked = false;
  for (const Table& table : tables_->tables) {
    for (const TableColumn& column : table.columns) {
      if (column.source != ColumnSource::lookup_ref || column.table != lookup) continue;
      is_linked = true;
      if (!uses_.any(lookup)) return {};
      WEIR_ASSIGN(auto links,
                  connection_->prepare(fmt::format("SELECT {} FROM {}", db::quote_name(column.name),
                                                   db::quote_name(table.name))));
      for (;;) {
        WEIR_ASSIGN(const bool more, links.step());
        if (!more) break;
        uses_.used(lookup, links.column_i64(0));  // 0 where it is null, which is no id
      }
    }
  }
  if (!is_linked) uses_.at(lookup).clear();
  return {};
}

Result<void> Lookups::remove_doubtful(i32 lookup) {
  WEIR_ASSIGN(auto remove, LinkedRemoval::prepare(*connection_, *tables_, lookup, "rowid = ?1"));
  const std::vector<bool>& doubtful = uses_.at(lookup);
  for (std::size_t id = 0; id < doubtful.size(); ++id) {
    if (!doubtful[id]) continue;
    remove.statement().bind(1, static_cast<i64>(id));
    WEIR_TRY(remove.run(uses_));
  }
  return {};
}

}  // namespace weir::target
