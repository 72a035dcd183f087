#include "weir/jobs/courts/geocode_staged.h"

#include "weir/flow/batch_builder.h"
#include "weir/spool/failed_inputs.h"

namespace weir::courts {

namespace {

const Column& column_of(const Batch& batch, i64 column) {
  return batch.columns[static_cast<std::size_t>(column)];
}

// The columns of a part's batch where they stand in the stored rows; others are empty.
Batch in_stored_layout(const Tables& tables, i32 table, const Batch& batch) {
  const Schema from = tables.batch_schema(table);
  Batch rows{.rows = batch.rows};
  for (const TableColumn& column : tables.tables[static_cast<std::size_t>(table)].columns) {
    const bool is_there = column.source == ColumnSource::stored;
    rows.columns.push_back(is_there ? column_of(batch, from.find(column.name))
                                    : Column{.type = column.type});
  }
  return rows;
}

// Appends the value of a column that keys are made of. False: the arena is full.
bool append_value(const Column& from, i64 row, flow::ColumnBuilder& to) {
  if (from.is_null(row)) return to.append_null();
  if (is_text(from.type)) return to.append_text(from.text_at(row));
  if (from.type.kind == TypeKind::boolean) return to.append_bool(from.bool_at(row));
  switch (value_bytes(from.type)) {
    case 4:
      return to.append(from.at<i32>(row));
    case 8:
      return to.append(from.at<i64>(row));
    default:
      return to.append(from.at<i128>(row));
  }
}

bool append_row(const std::vector<const Column*>& from, i64 row, flow::BatchBuilder& to) {
  for (std::size_t i = 0; i < from.size(); ++i)
    if (!append_value(*from[i], row, to.column(static_cast<i64>(i)))) return false;
  return true;
}

}  // namespace

Result<void> StagedParts::each_block(
    const std::function<Result<void>(const spool::Spool&, spool::BlockReader&, i64)>& step) const {
  for (const spool::Spool* spool : spools_) {
    for (const spool::SealedChunk& chunk : spool->chunks()) {
      WEIR_ASSIGN(const auto blocks, spool->read(chunk, arena_));
      for (i64 part = 0; part < blocks->parts(); ++part) WEIR_TRY(step(*spool, *blocks, part));
    }
  }
  return {};
}

Result<void> StagedParts::each_part(
    const GeocodeColumns& columns,
    const std::function<Result<void>(const StagedRows&)>& sink) const {
  const spool::Spool* of = nullptr;
  spool::FailedInputs failed;
  return each_block(
      [&](const spool::Spool& spool, spool::BlockReader& blocks, i64 part) -> Result<void> {
        if (of != &spool) {
          WEIR_ASSIGN(failed, spool::FailedInputs::of(spool));
          of = &spool;
        }
        WEIR_ASSIGN(const Batch records, blocks.records(part));
        WEIR_ASSIGN(const Batch batch, blocks.table(part, columns.table));
        StagedRows staged{.rows = in_stored_layout(tables_, columns.table, batch)};
        for (i64 row = 0; row < batch.rows; ++row) {
          const i64 record = batch.columns[0].at<i32>(row);
          staged.keys.push_back(records.columns[record_key].text_at(record));
          staged.counts.push_back(!failed.contains(records.columns[record_input].at<i32>(record)));
        }
        return sink(staged);
      });
}

Result<void> StagedParts::each_keys(i32 table, i64 memory_bytes,
                                    const target::BatchSink& sink) const {
  const i32 entity = tables_.tables[static_cast<std::size_t>(table)].entity;
  const i32 record = tables_.entities[static_cast<std::size_t>(entity)].record_table;
  const Schema from = tables_.batch_schema(record);
  Schema keys;
  std::vector<i64> places;
  for (const i32 column : tables_.tables[static_cast<std::size_t>(record)].key) {
    const Schema stored = tables_.stored_schema(record);
    keys.fields.push_back(stored.fields[static_cast<std::size_t>(column)]);
    places.push_back(from.find(keys.fields.back().name));
  }

  flow::Arena arena(memory_bytes);
  flow::BatchBuilder builder(keys, arena);
  const auto give = [&]() -> Result<void> {
    if (builder.rows() == 0)
      return Error(ErrorCode::budget, "no memory for the keys of records; raise --memory");
    WEIR_TRY(sink(builder.view()));
    builder.clear();
    arena.clear_exhausted();
    return {};
  };
  WEIR_TRY(
      each_block([&](const spool::Spool&, spool::BlockReader& blocks, i64 part) -> Result<void> {
        WEIR_ASSIGN(const Batch batch, blocks.table(part, record));
        std::vector<const Column*> columns;
        for (const i64 place : places) columns.push_back(&column_of(batch, place));
        for (i64 row = 0; row < batch.rows;) {
          const i64 whole = builder.rows();
          if (append_row(columns, row, builder)) {
            ++row;
            continue;
          }
          builder.truncate(whole);
          WEIR_TRY(give());
        }
        return {};
      }));
  return builder.rows() == 0 ? Result<void>() : give();
}

}  // namespace weir::courts
