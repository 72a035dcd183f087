// The rows of a part: which of them are written, and where each stored column comes from.
#include "weir/target/sqlite_writer.h"

#include <numeric>

namespace weir::target {
namespace {

// The numbers of an int32 column without nulls, such as _record.
const i32* positions(const Column& column) { return reinterpret_cast<const i32*>(column.values); }

bool has_rows_of_records(const Table& table) {
  return table.kind == TableKind::record || table.kind == TableKind::child;
}

// How many columns of a batch stand before the declared ones.
std::size_t ordinal_columns(const Tables& tables, const Table& table) {
  if (table.kind != TableKind::child) return 1;
  const Table& parent = tables.tables[static_cast<std::size_t>(table.parent)];
  return parent.kind == TableKind::child && parent.surrogate() >= 0 ? 2 : 1;
}

// The column of a batch that holds column `index` of its table, a stored one.
std::size_t batch_column(const Tables& tables, const Table& table, i32 index) {
  std::size_t position = ordinal_columns(tables, table);
  for (i32 i = 0; i < index; ++i) {
    const ColumnSource source = table.columns[static_cast<std::size_t>(i)].source;
    if (source == ColumnSource::stored || source == ColumnSource::lookup_ref) ++position;
  }
  return position;
}

}  // namespace

Result<void> SqliteWriter::write_rows(const ChunkBatches& part) {
  find_record_rows(part);
  for (i32 i = 0; i < static_cast<i32>(tables_.tables.size()); ++i) {
    const Batch& batch = part.tables[static_cast<std::size_t>(i)];
    if (!has_rows_of_records(table_at(i))) continue;
    if (batch.rows == 0 && !rows_at(i).difference) continue;
    select_rows(i, batch);
    find_ancestors(i, batch);
    give_numbers(i, batch);
    set_columns(i, part);
    WEIR_TRY(keep_same_rows(i));
    WEIR_TRY(rows_at(i).insert.run());
    rows_at(i).written += rows_at(i).source.rows;
  }
  return {};
}

LinkCounts SqliteWriter::links() const {
  LinkCounts counts;
  for (const auto& rows : rows_) {
    if (!rows->difference) continue;
    counts.added += rows->written;
    counts.removed += rows->difference->removed();
  }
  return counts;
}

void SqliteWriter::find_record_rows(const ChunkBatches& part) {
  record_rows_.assign(static_cast<std::size_t>(part.records.rows), -1);
  for (i32 i = 0; i < static_cast<i32>(tables_.tables.size()); ++i) {
    if (table_at(i).kind != TableKind::record) continue;
    const Batch& batch = part.tables[static_cast<std::size_t>(i)];
    for (i64 row = 0; row < batch.rows; ++row)
      record_rows_[static_cast<std::size_t>(batch.columns[0].at<i32>(row))] = static_cast<i32>(row);
  }
  rows_are_records_ = true;
  for (std::size_t record = 0; record < record_rows_.size(); ++record)
    rows_are_records_ = rows_are_records_ && record_rows_[record] == static_cast<i32>(record);
}

// Mostly all rows are written; then no list is made.
void SqliteWriter::select_rows(i32 table, const Batch& batch) {
  TableRows& rows = rows_at(table);
  rows.source.rows = batch.rows;
  rows.source.selected = nullptr;
  if (all_written_) return;
  rows.selected.clear();
  const i32* record = positions(batch.columns[0]);
  for (i64 row = 0; row < batch.rows; ++row)
    if (fates_[static_cast<std::size_t>(record[row])] == Fate::written)
      rows.selected.push_back(static_cast<i32>(row));
  rows.source.rows = std::ssize(rows.selected);
  rows.source.selected = rows.selected.data();
}

// Rows of records that are written again stay where they are the same.
Result<void> SqliteWriter::keep_same_rows(i32 table) {
  TableRows& rows = rows_at(table);
  if (bulk_ || !rows.difference) return {};
  const std::vector<i64>& old = known_[static_cast<std::size_t>(table_at(table).entity)].removed();
  if (old.empty()) return {};
  if (rows.source.selected == nullptr) {
    rows.selected.resize(static_cast<std::size_t>(rows.source.rows));
    std::iota(rows.selected.begin(), rows.selected.end(), 0);
  }
  WEIR_TRY(rows.difference->settle(rows.source, old, rows.selected, lookups_->uses()));
  rows.source.rows = std::ssize(rows.selected);
  rows.source.selected = rows.selected.data();
  return {};
}

// By row of the batch: the row of the record's own batch.
const i32* SqliteWriter::record_rows(i32 table, const Batch& batch) {
  const i32* record = positions(batch.columns[0]);
  if (rows_are_records_) return record;
  std::vector<i32>& found = rows_at(table).record_at;
  found.resize(static_cast<std::size_t>(batch.rows));
  for (std::size_t row = 0; row < found.size(); ++row)
    found[row] = record_rows_[static_cast<std::size_t>(record[row])];
  return found.data();
}

// By table with a surrogate above this one, from the nearest up: the row that each row is in.
void SqliteWriter::find_ancestors(i32 table, const Batch& batch) {
  std::vector<std::vector<i32>>& ancestor = rows_at(table).ancestor;
  ancestor.assign(tables_.tables.size(), {});
  if (ordinal_columns(tables_, table_at(table)) < 2) return;
  const i32 parent = table_at(table).parent;
  const i32* parent_row = positions(batch.columns[1]);
  auto& nearest = ancestor[static_cast<std::size_t>(parent)];
  nearest.assign(parent_row, parent_row + batch.rows);
  const auto& further = rows_at(parent).ancestor;
  for (std::size_t i = 0; i < further.size(); ++i) {
    if (further[i].empty()) continue;
    for (const i32 row : nearest) ancestor[i].push_back(further[i][static_cast<std::size_t>(row)]);
  }
}

// A record that was there keeps its number; child rows always get new ones.
void SqliteWriter::give_numbers(i32 table, const Batch& batch) {
  if (table_at(table).surrogate() < 0) return;
  TableRows& rows = rows_at(table);
  const i32* record = positions(batch.columns[0]);
  rows.numbers.assign(static_cast<std::size_t>(batch.rows), 0);
  for (i64 i = 0; i < rows.source.rows; ++i) {
    const i64 row = rows.source.selected != nullptr ? rows.source.selected[i] : i;
    const i64 old_row = table_at(table).kind == TableKind::record
                            ? old_rows_[static_cast<std::size_t>(record[row])]
                            : 0;
    rows.numbers[static_cast<std::size_t>(row)] = old_row != 0 ? old_row : numbers_.next(table);
  }
}

void SqliteWriter::set_columns(i32 table, const ChunkBatches& part) {
  const Batch& batch = part.tables[static_cast<std::size_t>(table)];
  TableRows& rows = rows_at(table);
  rows.source.columns.clear();
  const i32 record_table = entity_at(table_at(table).entity).record_table;
  const Batch& record_batch = part.tables[static_cast<std::size_t>(record_table)];
  const i32* record_at = record_rows(table, batch);
  std::size_t position = ordinal_columns(tables_, table_at(table));

  for (const TableColumn& declared : table_at(table).columns) {
    RowColumn from;
    switch (declared.source) {
      case ColumnSource::stored:
        from.values = &batch.columns[position++];
        break;
      case ColumnSource::lookup_ref: {
        const Column& links = batch.columns[position++];
        from.numbers = lookups_->ids(declared.table).data();
        from.at = positions(links);
        from.nulls = &links;
        lookups_->mark_used(declared.table, links, rows.source.rows, rows.source.selected);
        break;
      }
      case ColumnSource::record_key:
        from.values =
            &record_batch.columns[batch_column(tables_, table_at(record_table), declared.index)];
        from.at = record_at;
        break;
      case ColumnSource::surrogate:
        from.numbers = rows.numbers.data();
        break;
      case ColumnSource::parent_id:
        from.numbers = rows_at(declared.table).numbers.data();
        from.at = declared.table == record_table
                      ? record_at
                      : rows.ancestor[static_cast<std::size_t>(declared.table)].data();
        break;
    }
    rows.source.columns.push_back(from);
  }
}

}  // namespace weir::target
