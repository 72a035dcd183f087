#include "weir/target/promotion.h"

#include <atomic>
#include <mutex>

#include "weir/flow/thread_pool.h"
#include "weir/spool/failed_inputs.h"
#include "weir/spool/history_merge.h"
#include "weir/spool/lookup_merge.h"
#include "weir/target/late_columns.h"
#include "weir/target/row_fill.h"
#include "weir/target/run_tables.h"

namespace weir::target {
namespace {

using spool::Verdict;

// Without a budget.
constexpr i64 default_lane_bytes = 64 * MiB;

// What a thread holds.
struct Lane {
  Lane(i64 bytes, const Tables& tables, const spool::LookupMerge& lookups, PromotionIds& ids,
       LateColumns* late_columns)
      : blocks(bytes / 2), work(bytes / 6), lookup_ids(lookups, work), filler(tables, ids, work) {
    if (late_columns != nullptr) late = late_columns->filler(work);
  }

  flow::Arena blocks;  // the batches of a part
  flow::Arena work;    // what is made of them
  spool::LookupIdReader lookup_ids;
  PartFiller filler;
  std::unique_ptr<LateFiller> late;
};

struct ChunkTask {
  i64 spool = 0;
  i64 chunk = 0;
};

class Promotion : public PromotionLanes {
 public:
  Promotion(PromotionStore& store, const Tables& tables, const flow::RunRow& run,
            const std::vector<spool::Spool*>& spools, const PromoteOptions& options)
      : store_(store),
        tables_(tables),
        run_(run),
        spools_(spools),
        options_(options),
        lane_count_(std::max(options.threads, 1)),
        pool_(std::max<i64>(lane_count_ - 1, 1)) {}

  Result<flow::RunRow> write();

  i64 count() const override { return lane_count_; }
  i64 store_bytes() const override { return lane_bytes_ / 3; }
  flow::Arena& arena(i64 lane) override { return this->lane(lane).work; }
  Result<void> spread(i64 tasks,
                      const std::function<Result<void>(i64 lane, i64 task)>& step) override;

 private:
  Result<void> merge();
  Result<void> merge_histories(const spool::KnownRows& known, flow::MemoryBudget& budget);
  Result<void> share_memory();
  Result<void> remove_stale();
  Result<void> write_chunks();
  Result<void> write_chunk(i64 lane, const ChunkTask& task);
  Result<void> write_lookups();
  Result<void> write_histories();
  Result<void> finish();
  flow::RunRow ended_run() const;

  Result<std::vector<Verdict>> verdicts(const ChunkTask& task);
  const spool::SealedChunk& chunk_of(const ChunkTask& task) const;
  // Writes rows, and remembers which lookups they use.
  Result<void> append(i64 lane, i32 table, const Batch& rows);
  Result<void> append_filled(i64 lane, i32 table, const Batch& rows);
  Result<void> each_stale_key(
      const std::function<Result<void>(i32 entity, std::string_view key)>& sink);
  Lane& lane(i64 index) { return *lanes_[static_cast<std::size_t>(index)]; }
  void count_rows(i64 rows);

  PromotionStore& store_;
  const Tables& tables_;
  const flow::RunRow& run_;
  const std::vector<spool::Spool*>& spools_;
  const PromoteOptions& options_;
  const i64 lane_count_;
  flow::ThreadPool pool_;

  flow::Reservation memory_;
  i64 lane_bytes_ = default_lane_bytes;
  std::vector<ChunkTask> tasks_;
  std::unique_ptr<spool::Winners> winners_;
  std::unique_ptr<spool::LookupMerge> lookups_;
  std::vector<std::pair<i32, std::unique_ptr<spool::HistoryMerge>>> histories_;  // by table
  std::unique_ptr<PromotionIds> ids_;
  std::unique_ptr<LookupUse> use_;
  std::vector<std::unique_ptr<Lane>> lanes_;
  std::mutex mutex_;  // of winners_ and calls of options_.progress
  i64 rejected_ = 0;
};

Result<flow::RunRow> Promotion::write() {
  WEIR_TRY(merge());
  WEIR_TRY(share_memory());
  WEIR_TRY(remove_stale());
  WEIR_TRY(write_chunks());
  WEIR_TRY(write_lookups());
  WEIR_TRY(write_histories());
  WEIR_TRY(finish());
  return ended_run();
}

// What must be known of all chunks before the first row is written. Each step has the budget to
// itself, and leaves what it found in scratch files of the first spool.
Result<void> Promotion::merge() {
  for (std::size_t i = 0; i < spools_.size(); ++i)
    for (std::size_t k = 0; k < spools_[i]->chunks().size(); ++k)
      tasks_.push_back({static_cast<i64>(i), static_cast<i64>(k)});

  flow::MemoryBudget own(default_lane_bytes);
  flow::MemoryBudget& budget = options_.budget != nullptr ? *options_.budget : own;
  WEIR_ASSIGN(const auto known, store_.known_versions());
  WEIR_ASSIGN(winners_, spool::choose_winners(spools_, known, budget));
  const spool::KnownRows rows = [&](i32 table, const spool::RowSink& sink) {
    return store_.known_rows(table, sink);
  };
  WEIR_ASSIGN(const std::vector<i64> last_ids, store_.last_ids());
  WEIR_ASSIGN(lookups_, spool::LookupMerge::merge(spools_, rows, last_ids, budget));
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

// A lane has half of its share for the blocks of a part, a sixth for rows at work and a third for
// the store. A tenth of the budget is left for the reading of versions and manifest tables.
Result<void> Promotion::share_memory() {
  if (options_.budget != nullptr) {
    const i64 free = options_.budget->free_bytes();
    WEIR_ASSIGN(memory_, options_.budget->try_reserve(free - free / 10));
    lane_bytes_ = memory_.bytes() / lane_count_;
  }
  for (i64 i = 0; i < lane_count_; ++i)
    lanes_.push_back(std::make_unique<Lane>(lane_bytes_, tables_, *lookups_, *ids_, options_.late));
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

void Promotion::count_rows(i64 rows) {
  if (!options_.progress) return;
  const std::scoped_lock lock(mutex_);
  options_.progress(rows);
}

Result<void> Promotion::remove_stale() {
  const flow::RunCounts counts = winners_->counts();
  const StaleKeys stale{.count = counts.updated + counts.deleted,
                        .each = [&](const auto& sink) { return each_stale_key(sink); }};
  return store_.remove_stale(stale, *use_, *this);
}

Result<void> Promotion::each_stale_key(
    const std::function<Result<void>(i32 entity, std::string_view key)>& sink) {
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
          WEIR_TRY(sink(records.columns[record_entity].at<i32>(row), keys.text_at(row)));
    }
  }
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
      return append_filled(lane_index, table, filled);
    }));
    count_rows(rows);
  }
  return {};
}

Result<void> Promotion::append_filled(i64 lane, i32 table, const Batch& rows) {
  if (options_.late == nullptr || !options_.late->fills(table)) return append(lane, table, rows);
  return this->lane(lane).late->fill(
      table, rows, [&](const Batch& filled) { return append(lane, table, filled); });
}

Result<void> Promotion::append(i64 lane, i32 table, const Batch& rows) {
  use_->mark_rows(table, rows);
  return store_.append(lane, table, rows);
}

// The last first: the rows that a lookup keeps are what those it links to are used by.
Result<void> Promotion::write_lookups() {
  for (auto table = static_cast<i32>(tables_.tables.size()) - 1; table >= 0; --table) {
    if (tables_.tables[static_cast<std::size_t>(table)].kind != TableKind::lookup) continue;
    WEIR_TRY(lookups_->rows(
        table, [&](i64 id) { return use_->uses(table, id); }, arena(0),
        [&](const Batch& rows) { return append(0, table, rows); }));
  }
  return {};
}

Result<void> Promotion::write_histories() {
  for (const auto& [table, merged] : histories_)
    WEIR_TRY(
        merged->rows(arena(0), [&, at = table](const Batch& rows) { return append(0, at, rows); }));
  return {};
}

Result<void> Promotion::finish() {
  WEIR_ASSIGN(const auto inputs, spool::inputs_for_manifest(spools_));
  std::vector<flow::ChunkRow> chunks;
  for (const spool::Spool* spool : spools_) {
    WEIR_ASSIGN(const auto more, spool->chunk_rows());
    chunks.insert(chunks.end(), more.begin(), more.end());
  }
  const BatchSource rejects = [&](const BatchSink& sink) {
    return give_rejects(run_.id, spools_, lane(0).blocks, [&](const Batch& rows) {
      rejected_ += rows.rows;
      return sink(rows);
    });
  };
  const BatchSource versions = [&](const BatchSink& sink) -> Result<void> {
    WEIR_ASSIGN(const spool::KnownVersions known, winners_->versions());
    return give_versions(known, sink);
  };
  const RunTables manifest{
      .inputs = [&](const BatchSink& sink) { return give_inputs(run_.id, inputs, sink); },
      .chunks = [&](const BatchSink& sink) { return give_chunks(run_.id, chunks, sink); },
      .rejects = rejects,
      .versions = versions};
  return store_.finish(manifest, ids_->last_ids(), *this);
}

flow::RunRow Promotion::ended_run() const {
  flow::RunRow run = run_;
  if (options_.end_run) options_.end_run(run);
  run.status = flow::RunStatus::done;
  run.counts = winners_->counts();
  run.counts.rejected = rejected_;
  return run;
}

}  // namespace

Result<flow::RunRow> promote_into(PromotionStore& store, const Tables& tables,
                                  const flow::RunRow& run, const std::vector<spool::Spool*>& spools,
                                  const PromoteOptions& options) {
  return Promotion(store, tables, run, spools, options).write();
}

}  // namespace weir::target
