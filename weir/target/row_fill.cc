#include "weir/target/row_fill.h"

#include <fmt/format.h>

#include <algorithm>

namespace weir::target {
namespace {

using spool::Verdict;

// Rows that go out at once; a multiple of 8, as slices begin at whole bytes of bits.
constexpr i64 most_rows = 8192;
constexpr i64 least_rows = 8;

bool wins(Verdict verdict) {
  return verdict == Verdict::wins_new || verdict == Verdict::wins_over_old;
}

Error no_memory(const Table& table) {
  return Error(ErrorCode::budget,
               fmt::format("table {}: no memory for the rows of a chunk; raise --memory or lower "
                           "--chunk-share",
                           table.name));
}

}  // namespace

PromotionIds::PromotionIds(std::span<const i64> last_ids) : last_ids_(last_ids.size()) {
  for (std::size_t i = 0; i < last_ids.size(); ++i) last_ids_[i] = last_ids[i];
}

i64 PromotionIds::take(i32 table, i64 count) {
  return last_ids_[static_cast<std::size_t>(table)].fetch_add(count) + 1;
}

std::vector<i64> PromotionIds::last_ids() const { return {last_ids_.begin(), last_ids_.end()}; }

// A table, and what the part at work has of it.
struct PartFiller::TableState {
  TableState(i32 table_index, const Table& of, const Schema& batch_schema, flow::Arena& arena)
      : index(table_index), table(of), kept(arena), ranks(arena), record_rows(arena) {
    const i64 parent = batch_schema.find("_parent");
    has_parent = of.kind == TableKind::child && parent == 1;
    std::size_t next = has_parent ? 2 : 1;
    for (const TableColumn& column : of.columns) {
      const bool in_batch =
          column.source == ColumnSource::stored || column.source == ColumnSource::lookup_ref;
      batch_columns.push_back(in_batch ? next++ : 0);
    }
    filled.resize(of.columns.size());
  }

  const Column& record_column() const { return batch.columns[0]; }
  const Column& parent_column() const { return batch.columns[1]; }
  // The surrogate of `row` of the batch.
  i64 id_of(i64 row) const { return first_id + (all_kept ? row : ranks[row]); }

  const i32 index;
  const Table& table;
  bool has_parent = false;
  std::vector<std::size_t> batch_columns;            // of each column: where it is in the batch
  std::vector<std::unique_ptr<OwnedColumn>> filled;  // of each column: what is made of it

  Batch batch;
  bool all_kept = false;
  i64 rows = 0;  // that are kept
  i64 first_id = 0;
  Numbers<i32> kept;         // rows of the batch, where not all are kept
  Numbers<i32> ranks;        // of each row of the batch its position in `kept`
  Numbers<i32> record_rows;  // record tables: of each record its row
};

PartFiller::PartFiller(const Tables& tables, PromotionIds& ids, flow::Arena& arena)
    : tables_(tables), ids_(ids), arena_(arena), slice_rows_(arena), key_rows_(arena) {
  for (std::size_t i = 0; i < tables.tables.size(); ++i) {
    const auto index = static_cast<i32>(i);
    states_.push_back(
        std::make_unique<TableState>(index, tables.tables[i], tables.batch_schema(index), arena));
  }
}

PartFiller::~PartFiller() = default;

// Parents stand before children, so that what a table needs of them is there.
Result<void> PartFiller::fill(spool::BlockReader& blocks, i64 part,
                              std::span<const Verdict> verdicts, const spool::LookupIds& lookups,
                              const RowSink& sink) {
  for (const auto& state : states_) {
    if (state->table.kind != TableKind::record && state->table.kind != TableKind::child) continue;
    WEIR_TRY(load(*state, blocks, part, verdicts));
    if (state->rows > 0) WEIR_TRY(write(*state, lookups, sink));
  }
  return {};
}

Result<void> PartFiller::load(TableState& state, spool::BlockReader& blocks, i64 part,
                              std::span<const Verdict> verdicts) {
  WEIR_ASSIGN(state.batch, blocks.table(part, state.index));
  if (!choose_rows(state, verdicts)) return no_memory(state.table);
  if (state.table.surrogate() >= 0) state.first_id = ids_.take(state.index, state.rows);
  const bool is_record = state.table.kind == TableKind::record;
  if (is_record && !index_records(state, static_cast<i64>(verdicts.size())))
    return no_memory(state.table);
  return {};
}

bool PartFiller::choose_rows(TableState& state, std::span<const Verdict> verdicts) {
  state.rows = state.batch.rows;
  state.all_kept = true;
  if (state.batch.rows == 0 || std::ranges::all_of(verdicts, wins)) return true;

  if (!state.kept.resize(state.batch.rows) || !state.ranks.resize(state.batch.rows)) return false;
  state.rows = 0;
  for (i64 row = 0; row < state.batch.rows; ++row) {
    const i32 record = state.record_column().at<i32>(row);
    state.ranks[row] = static_cast<i32>(state.rows);
    if (wins(verdicts[static_cast<std::size_t>(record)]))
      state.kept[state.rows++] = static_cast<i32>(row);
  }
  state.all_kept = state.rows == state.batch.rows;
  return true;
}

bool PartFiller::index_records(TableState& state, i64 records) {
  if (!state.record_rows.resize(records)) return false;
  for (i64 row = 0; row < state.batch.rows; ++row)
    state.record_rows[state.record_column().at<i32>(row)] = static_cast<i32>(row);
  return true;
}

// Where the arena has no room for so many rows, the same with half of them.
Result<void> PartFiller::write(TableState& state, const spool::LookupIds& lookups,
                               const RowSink& sink) {
  i64 at_once = most_rows;
  for (i64 first = 0; first < state.rows;) {
    const i64 rows = std::min(at_once, state.rows - first);
    Batch out{.rows = rows};
    if (fill_slice(state, first, rows, lookups, out)) {
      WEIR_TRY(sink(state.index, out));
      first += rows;
      continue;
    }
    if (at_once == least_rows) return no_memory(state.table);
    at_once /= 2;
    arena_.clear_exhausted();
    for (const auto& other : states_)
      for (auto& column : other->filled) column.reset();
  }
  return {};
}

bool PartFiller::fill_slice(TableState& state, i64 first, i64 rows, const spool::LookupIds& lookups,
                            Batch& out) {
  if (!slice_rows_.resize(rows)) return false;
  for (i64 i = 0; i < rows; ++i)
    slice_rows_[i] = state.all_kept ? static_cast<i32>(first + i) : state.kept[first + i];
  for (std::size_t i = 0; i < state.table.columns.size(); ++i) {
    const auto column = fill_column(state, i, first, rows, lookups);
    if (!column) return false;
    out.columns.push_back(*column);
  }
  return true;
}

std::optional<Column> PartFiller::fill_column(TableState& state, std::size_t column, i64 first,
                                              i64 rows, const spool::LookupIds& lookups) {
  const TableColumn& declared = state.table.columns[column];
  if (state.all_kept && declared.source == ColumnSource::stored)
    return slice(state.batch.columns[state.batch_columns[column]], first, rows);

  auto& made = state.filled[column];
  if (!made) made = std::make_unique<OwnedColumn>(declared.type, arena_);
  if (!fill_values(state, declared, column, first, lookups, *made)) return {};
  return made->view();
}

bool PartFiller::fill_values(TableState& state, const TableColumn& declared, std::size_t column,
                             i64 first, const spool::LookupIds& lookups, OwnedColumn& out) {
  const i64 rows = slice_rows_.count();
  switch (declared.source) {
    case ColumnSource::stored:
    case ColumnSource::lookup_ref:
      return pick_values(state, column, slice_rows_, lookups, out);
    case ColumnSource::record_key: {
      if (!key_rows_.resize(rows)) return false;
      const TableState& record = record_of(state);
      for (i64 i = 0; i < rows; ++i)
        key_rows_[i] = record.record_rows[state.record_column().at<i32>(slice_rows_[i])];
      return pick_values(record, static_cast<std::size_t>(declared.index), key_rows_, lookups, out);
    }
    case ColumnSource::surrogate:
    case ColumnSource::parent_id: {
      i64* ids = out.numbers(rows);
      if (ids == nullptr) return false;
      const bool own = declared.source == ColumnSource::surrogate;
      for (i64 i = 0; i < rows; ++i)
        ids[i] =
            own ? state.first_id + first + i : parent_id(state, declared.table, slice_rows_[i]);
      return true;
    }
  }
  return false;
}

// Values of a column of the batch, or the ids that its rows of a lookup batch stand for.
bool PartFiller::pick_values(const TableState& state, std::size_t column, const Numbers<i32>& rows,
                             const spool::LookupIds& lookups, OwnedColumn& out) {
  const TableColumn& declared = state.table.columns[column];
  const Column& values = state.batch.columns[state.batch_columns[column]];
  if (declared.source == ColumnSource::stored)
    return out.gather(values, {rows.data(), static_cast<std::size_t>(rows.count())});

  const std::span<const i64> known = lookups[static_cast<std::size_t>(declared.table)];
  i64* ids = out.numbers(rows.count());
  if (ids == nullptr) return false;
  for (i64 i = 0; i < rows.count(); ++i) {
    const bool linked = !values.is_null(rows[i]);
    ids[i] = linked ? known[static_cast<std::size_t>(values.at<i32>(rows[i]))] : 0;
    if (!linked && !out.set_null(i)) return false;
  }
  return true;
}

PartFiller::TableState& PartFiller::record_of(const TableState& state) const {
  return state_of(tables_.entities[static_cast<std::size_t>(state.table.entity)].record_table);
}

// The number of the record's row, or of the row of `table` that `row` is nested in.
i64 PartFiller::parent_id(const TableState& state, i32 table, i64 row) const {
  const TableState& record = record_of(state);
  if (record.index == table)
    return record.id_of(record.record_rows[state.record_column().at<i32>(row)]);
  const TableState* nested = &state;
  while (nested->index != table) {
    row = nested->parent_column().at<i32>(row);
    nested = &state_of(nested->table.parent);
  }
  return nested->id_of(row);
}

}  // namespace weir::target
