#include "weir/target/file_promote.h"

#include <fmt/format.h>

#include <atomic>
#include <mutex>

#include "weir/flow/thread_pool.h"
#include "weir/spool/failed_inputs.h"
#include "weir/spool/file.h"
#include "weir/spool/history_merge.h"
#include "weir/spool/lookup_merge.h"
#include "weir/target/file_carry.h"
#include "weir/target/row_fill.h"
#include "weir/target/lookup_use.h"
#include "weir/target/file_output.h"
#include "weir/target/file_outputs.h"
#include "weir/target/file_run_tables.h"

namespace weir::target {
namespace {

using spool::Verdict;

// Without a budget.
constexpr i64 default_lane_bytes = 64 * MiB;
constexpr i64 known_rows_at_once = 4096;

// What a thread holds.
struct Lane {
  Lane(i64 bytes, const Tables& tables, const spool::LookupMerge& lookups, PromotionIds& ids)
      : blocks(bytes / 2), work(bytes / 6), lookup_ids(lookups, work), filler(tables, ids, work) {}

  flow::Arena blocks;  // the batches of a part
  flow::Arena work;    // what is made of them
  spool::LookupIdReader lookup_ids;
  PartFiller filler;
};

struct ChunkTask {
  i64 spool = 0;
  i64 chunk = 0;
};

class Promotion {
 public:
  Promotion(const FileFormat& format, FileFolder& folder, const Tables& tables,
            const flow::RunRow& run, const std::vector<spool::Spool*>& spools,
            const PromoteOptions& options)
      : format_(format),
        folder_(folder),
        tables_(tables),
        run_(run),
        spools_(spools),
        options_(options),
        lane_count_(std::max(options.threads, 1)),
        pool_(std::max<i64>(lane_count_ - 1, 1)),
        next_(folder.manifest()) {}

  Result<FileManifest> write();

 private:
  Result<void> merge();
  Result<void> merge_histories(const spool::KnownRows& known, flow::MemoryBudget& budget);
  Result<void> share_memory();
  Result<void> write_chunks();
  Result<void> write_chunk(i64 lane, const ChunkTask& task);
  Result<void> carry_over();
  Result<void> each_stale_key(const std::function<void(i32, std::string_view)>& sink);
  Result<void> mark_links(const CurrentFile& file);
  Result<void> write_lookups();
  Result<void> write_histories();
  Result<void> finish_tables();
  Result<void> write_run_tables(i64 lane);
  void end_run();

  // Calls `step(lane, task)` for all tasks, each lane on a thread of its own.
  Result<void> spread(i64 tasks, const std::function<Result<void>(i64 lane, i64 task)>& step);
  Result<std::vector<Verdict>> verdicts(const ChunkTask& task);
  const spool::SealedChunk& chunk_of(const ChunkTask& task) const;
  // Writes rows, and remembers which lookups they use.
  Result<void> append(i64 lane, i32 table, const Batch& rows);
  Result<void> known_rows(i32 table, const spool::RowSink& sink);
  Lane& lane(i64 index) { return *lanes_[static_cast<std::size_t>(index)]; }
  Result<void> count_rows(i64 rows);

  const FileFormat& format_;
  FileFolder& folder_;
  const Tables& tables_;
  const flow::RunRow& run_;
  const std::vector<spool::Spool*>& spools_;
  const PromoteOptions& options_;
  const i64 lane_count_;
  flow::ThreadPool pool_;
  FileManifest next_;

  flow::Reservation memory_;
  i64 lane_bytes_ = default_lane_bytes;
  std::vector<ChunkTask> tasks_;
  std::unique_ptr<spool::Winners> winners_;
  std::unique_ptr<spool::LookupMerge> lookups_;
  std::vector<std::pair<i32, std::unique_ptr<spool::HistoryMerge>>> histories_;  // by table
  std::unique_ptr<PromotionIds> ids_;
  std::unique_ptr<LookupUse> use_;
  std::vector<std::unique_ptr<Lane>> lanes_;
  std::unique_ptr<TableOutputs> outputs_;
  std::unique_ptr<CarryOver> carry_;
  std::mutex mutex_;  // of winners_, done_rows_ and calls of options_.progress
  i64 done_rows_ = 0;
};

Result<FileManifest> Promotion::write() {
  const auto state = folder_.state_of(run_.id);
  WEIR_TRY(remove_path(state));
  WEIR_TRY(make_folders(state / "tables"));
  WEIR_TRY(merge());
  WEIR_TRY(share_memory());
  outputs_ = std::make_unique<TableOutputs>(format_, tables_, state / "tables", run_.id,
                                            lane_count_, lane_bytes_ / 3);
  WEIR_TRY(write_chunks());
  WEIR_TRY(carry_over());
  WEIR_TRY(write_lookups());
  WEIR_TRY(write_histories());
  WEIR_TRY(finish_tables());
  WEIR_TRY(spool::sync_folder(state));
  end_run();
  return std::move(next_);
}

// What must be known of all chunks before the first row is written. Each step has the budget to
// itself, and leaves what it found in scratch files of the first spool.
Result<void> Promotion::merge() {
  for (std::size_t i = 0; i < spools_.size(); ++i)
    for (std::size_t k = 0; k < spools_[i]->chunks().size(); ++k)
      tasks_.push_back({static_cast<i64>(i), static_cast<i64>(k)});

  flow::MemoryBudget own(default_lane_bytes);
  flow::MemoryBudget& budget = options_.budget != nullptr ? *options_.budget : own;
  WEIR_ASSIGN(const auto known, read_versions(format_, folder_, folder_.manifest().versions));
  WEIR_ASSIGN(winners_, spool::choose_winners(spools_, known, budget));
  const spool::KnownRows rows = [&](i32 table, const spool::RowSink& sink) {
    return known_rows(table, sink);
  };
  WEIR_ASSIGN(lookups_,
              spool::LookupMerge::merge(spools_, rows, folder_.manifest().last_ids, budget));
  ids_ = std::make_unique<PromotionIds>(lookups_->last_ids());
  use_ = std::make_unique<LookupUse>(tables_, lookups_->last_ids());
  return merge_histories(rows, budget);
}

Result<void> Promotion::merge_histories(const spool::KnownRows& known, flow::MemoryBudget& budget) {
  for (const Entity& entity : tables_.entities) {
    const i32 table = entity.history_table;
    if (table < 0) continue;
    WEIR_ASSIGN(auto merged, spool::HistoryMerge::merge(spools_, table, known, budget));
    histories_.emplace_back(table, std::move(merged));
  }
  return {};
}

Result<void> Promotion::known_rows(i32 table, const spool::RowSink& sink) {
  const Schema schema = tables_.stored_schema(table);
  for (const TableFile& file : folder_.manifest().files[static_cast<std::size_t>(table)]) {
    WEIR_ASSIGN(const auto reader, format_.read(folder_.path() / file.file, schema,
                                                all_columns(schema), known_rows_at_once));
    Batch batch;
    for (;;) {
      WEIR_ASSIGN(const bool more, reader->next(batch));
      if (!more) break;
      WEIR_TRY(sink(batch));
    }
  }
  return {};
}

// A lane has half of its share for the blocks of a part, a sixth for rows at work and a third for
// row groups. A tenth of the budget is left for the reading of versions and manifest tables.
Result<void> Promotion::share_memory() {
  if (options_.budget != nullptr) {
    const i64 free = options_.budget->free_bytes();
    WEIR_ASSIGN(memory_, options_.budget->try_reserve(free - free / 10));
    lane_bytes_ = memory_.bytes() / lane_count_;
  }
  for (i64 i = 0; i < lane_count_; ++i)
    lanes_.push_back(std::make_unique<Lane>(lane_bytes_, tables_, *lookups_, *ids_));
  return {};
}

Result<void> Promotion::spread(i64 tasks,
                               const std::function<Result<void>(i64 lane, i64 task)>& step) {
  std::atomic<i64> next = 0;
  std::atomic<bool> failed = false;
  return flow::for_each(pool_, lane_count_, [&](i64 lane) -> Result<void> {
    for (i64 task = next++; task < tasks && !failed; task = next++) {
      if (options_.stop.stop_requested())
        return Error(ErrorCode::cancelled, "stopped before the run was published");
      auto done = step(lane, task);
      if (done) continue;
      failed = true;
      return done;
    }
    return {};
  });
}

const spool::SealedChunk& Promotion::chunk_of(const ChunkTask& task) const {
  const spool::Spool& spool = *spools_[static_cast<std::size_t>(task.spool)];
  return spool.chunks()[static_cast<std::size_t>(task.chunk)];
}

Result<std::vector<Verdict>> Promotion::verdicts(const ChunkTask& task) {
  const std::scoped_lock lock(mutex_);
  return winners_->chunk(task.spool, task.chunk);
}

Result<void> Promotion::count_rows(i64 rows) {
  if (!options_.progress) return {};
  const std::scoped_lock lock(mutex_);
  done_rows_ += rows;
  options_.progress(done_rows_);
  return {};
}

Result<void> Promotion::write_chunks() {
  return spread(static_cast<i64>(tasks_.size()), [&](i64 lane, i64 task) {
    return write_chunk(lane, tasks_[static_cast<std::size_t>(task)]);
  });
}

Result<void> Promotion::write_chunk(i64 lane_index, const ChunkTask& task) {
  Lane& lane = this->lane(lane_index);
  WEIR_ASSIGN(const std::vector<Verdict> verdicts, this->verdicts(task));
  const spool::Spool& spool = *spools_[static_cast<std::size_t>(task.spool)];
  WEIR_ASSIGN(const auto blocks, spool.read(chunk_of(task), lane.blocks));
  std::span<const Verdict> left = verdicts;
  for (i64 part = 0; part < blocks->parts(); ++part) {
    WEIR_ASSIGN(const Batch records, blocks->records(part));
    const auto of_part = left.first(static_cast<std::size_t>(records.rows));
    left = left.subspan(of_part.size());
    WEIR_ASSIGN(const spool::LookupIds lookups, lane.lookup_ids.read(task.spool, task.chunk, part));
    i64 rows = 0;
    WEIR_TRY(lane.filler.fill(*blocks, part, of_part, lookups, [&](i32 table, const Batch& filled) {
      rows += filled.rows;
      return append(lane_index, table, filled);
    }));
    WEIR_TRY(count_rows(rows));
  }
  return {};
}

// Files of which no row goes are listed again; rows that stay of others are copied.
Result<void> Promotion::carry_over() {
  const flow::RunCounts counts = winners_->counts();
  carry_ = std::make_unique<CarryOver>(format_, folder_, lane_bytes_ / 3);
  WEIR_TRY(carry_->find_stale(
      counts.updated + counts.deleted, [&](const auto& sink) { return each_stale_key(sink); },
      pool_));
  const auto& files = carry_->files();
  return spread(static_cast<i64>(files.size()), [&](i64 lane, i64 task) -> Result<void> {
    const CurrentFile& file = files[static_cast<std::size_t>(task)];
    if (file.goes_whole()) return {};
    if (file.stays_whole()) return mark_links(file);
    return carry_->copy(file, this->lane(lane).work,
                        [&](i32 table, const Batch& rows) { return append(lane, table, rows); });
  });
}

Result<void> Promotion::append(i64 lane, i32 table, const Batch& rows) {
  std::vector<Column> ids;
  for (const LookupUse::Link& link : use_->links(table))
    ids.push_back(rows.columns[static_cast<std::size_t>(link.column)]);
  use_->mark(table, ids);
  return outputs_->append(lane, table, rows);
}

Result<void> Promotion::mark_links(const CurrentFile& file) {
  std::vector<i32> columns;
  for (const LookupUse::Link& link : use_->links(file.table)) columns.push_back(link.column);
  if (columns.empty()) return {};
  WEIR_ASSIGN(const auto reader,
              format_.read(folder_.path() / file.file.file, tables_.stored_schema(file.table),
                           columns, known_rows_at_once));
  Batch batch;
  for (;;) {
    WEIR_ASSIGN(const bool more, reader->next(batch));
    if (!more) return {};
    use_->mark(file.table, batch.columns);
  }
}

// The last first: the rows that a lookup keeps are what those it links to are used by.
Result<void> Promotion::write_lookups() {
  for (auto table = static_cast<i32>(tables_.tables.size()) - 1; table >= 0; --table) {
    if (tables_.tables[static_cast<std::size_t>(table)].kind != TableKind::lookup) continue;
    WEIR_TRY(lookups_->rows(
        table, [&](i64 id) { return use_->uses(table, id); }, lane(0).work,
        [&](const Batch& rows) { return append(0, table, rows); }));
  }
  return {};
}

Result<void> Promotion::write_histories() {
  for (const auto& [table, merged] : histories_)
    WEIR_TRY(merged->rows(lane(0).work,
                          [&, at = table](const Batch& rows) { return append(0, at, rows); }));
  return {};
}

Result<void> Promotion::each_stale_key(
    const std::function<void(i32 entity, std::string_view key)>& sink) {
  for (const ChunkTask& task : tasks_) {
    WEIR_ASSIGN(const std::vector<Verdict> verdicts, this->verdicts(task));
    const spool::Spool& spool = *spools_[static_cast<std::size_t>(task.spool)];
    WEIR_ASSIGN(const auto blocks, spool.read(chunk_of(task), lane(0).blocks));
    auto verdict = verdicts.begin();
    for (i64 part = 0; part < blocks->parts(); ++part) {
      WEIR_ASSIGN(const Batch records, blocks->records(part));
      const Column& keys = records.columns[record_key];
      for (i64 row = 0; row < records.rows; ++row, ++verdict)
        if (*verdict == Verdict::wins_over_old || *verdict == Verdict::deletes)
          sink(records.columns[record_entity].at<i32>(row), keys.text_at(row));
    }
  }
  return {};
}

// The rows that still wait are written by all threads, while one of them writes the run's tables.
Result<void> Promotion::finish_tables() {
  std::vector<std::vector<TableFile>> kept(tables_.tables.size());
  for (const CurrentFile& file : carry_->files())
    if (file.stays_whole()) kept[static_cast<std::size_t>(file.table)].push_back(file.file);
  for (std::size_t i = 0; i < kept.size(); ++i)
    if (kept[i].empty()) WEIR_TRY(outputs_->make_empty(static_cast<i32>(i)));
  WEIR_TRY(spread(outputs_->lanes() + 1, [&](i64 lane, i64 task) {
    return task == 0 ? write_run_tables(lane) : outputs_->end_lane(task - 1);
  }));
  WEIR_ASSIGN(next_.files, outputs_->finish());
  for (std::size_t i = 0; i < kept.size(); ++i)
    next_.files[i].insert(next_.files[i].begin(), kept[i].begin(), kept[i].end());
  next_.last_ids = ids_->last_ids();
  return {};
}

Result<void> Promotion::write_run_tables(i64 lane_index) {
  WEIR_ASSIGN(const auto inputs, spool::inputs_for_manifest(spools_));
  std::vector<flow::ChunkRow> chunks;
  for (const spool::Spool* spool : spools_) {
    WEIR_ASSIGN(const auto more_chunks, spool->chunk_rows());
    chunks.insert(chunks.end(), more_chunks.begin(), more_chunks.end());
  }
  FileRun& run = *next_.find_run(run_.id);
  WEIR_ASSIGN(run.inputs, write_inputs(format_, folder_, run_.id, inputs));
  WEIR_ASSIGN(run.chunks, weir::target::write_chunks(format_, folder_, run_.id, chunks));
  WEIR_ASSIGN(run.rejects,
              write_rejects(format_, folder_, run_.id, spools_, lane(lane_index).blocks));
  WEIR_ASSIGN(const spool::KnownVersions versions, winners_->versions());
  WEIR_ASSIGN(next_.versions, write_versions(format_, folder_, run_.id, versions));
  return {};
}

void Promotion::end_run() {
  FileRun& run = *next_.find_run(run_.id);
  run.row = run_;
  if (options_.end_run) options_.end_run(run.row);
  run.row.status = flow::RunStatus::done;
  run.row.counts = winners_->counts();
  run.row.counts.rejected = run.rejects->rows;
  next_.current = run_.id;
  next_.tables = tables_;
}

}  // namespace

Result<FileManifest> write_promotion(const FileFormat& format, FileFolder& folder,
                                     const Tables& tables, const flow::RunRow& run,
                                     const std::vector<spool::Spool*>& spools,
                                     const PromoteOptions& options) {
  return Promotion(format, folder, tables, run, spools, options).write();
}

}  // namespace weir::target
