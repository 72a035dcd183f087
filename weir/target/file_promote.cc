#include "weir/target/file_promote.h"

#include <algorithm>

#include "weir/target/deleted_rejects.h"
#include "weir/target/file_carry.h"
#include "weir/target/file_outputs.h"
#include "weir/target/file_run_tables.h"
#include "weir/target/promotion.h"
#include "weir/target/run_tables.h"

namespace weir::target {
namespace {

constexpr i64 known_rows_at_once = 4096;
constexpr i64 least_row_bytes = 1 * MiB;  // of row groups, for each lane

class FilePromotionStore : public PromotionStore {
 public:
  FilePromotionStore(const FileFormat& format, FileFolder& folder, const Tables& tables,
                     std::string run)
      : format_(format),
        folder_(folder),
        tables_(tables),
        run_(std::move(run)),
        next_(folder.manifest()) {}

  // The manifest that lists them.
  FileManifest publishable(flow::RunRow run);

  Result<spool::KnownVersions> known_versions() override {
    return read_versions(format_, folder_, folder_.manifest().versions);
  }
  Result<void> known_rows(i32 table, const spool::RowSink& sink) override;
  Result<std::vector<i64>> last_ids() override { return folder_.manifest().last_ids; }
  Result<void> remove_stale(const StaleKeys& stale, LookupUse& use, PromotionLanes& lanes) override;
  Result<void> append(i64 lane, i32 table, const Batch& rows) override {
    return outputs_->append(lane, table, rows);
  }
  Result<void> finish(const RunTables& manifest, const std::vector<i64>& last_ids,
                      PromotionLanes& lanes) override;

 private:
  Result<void> keep(const CurrentFile& file, LookupUse& use, flow::Arena& arena, i64 lane);
  Result<void> mark_links(const CurrentFile& file, LookupUse& use);
  Result<void> write_run_tables(const RunTables& manifest);
  Result<void> write_rejects(const RunTables& manifest);
  Result<void> remove_rejects(FileRun& run, const DeletedRejects& deleted);

  const FileFormat& format_;
  FileFolder& folder_;
  const Tables& tables_;
  const std::string run_;
  FileManifest next_;
  std::unique_ptr<TableOutputs> outputs_;
  std::unique_ptr<CarryOver> carry_;
};

Result<void> FilePromotionStore::known_rows(i32 table, const spool::RowSink& sink) {
  const Schema schema = tables_.stored_schema(table);
  for (const TableFile& file : folder_.manifest().files[static_cast<std::size_t>(table)]) {
    WEIR_ASSIGN(const auto reader,
                folder_.read(format_, file, schema, all_columns(schema), known_rows_at_once));
    Batch batch;
    for (;;) {
      WEIR_ASSIGN(const bool more, reader->next(batch));
      if (!more) break;
      WEIR_TRY(sink(batch));
    }
  }
  return {};
}

// Files of which no row goes are listed again; rows that stay of others are copied.
Result<void> FilePromotionStore::remove_stale(const StaleKeys& stale, LookupUse& use,
                                              PromotionLanes& lanes) {
  // What files hold while they are written comes off the shares of the lanes.
  const i64 row_bytes = lanes.store_bytes() - folder_.store().write_bytes() / lanes.count();
  outputs_ = std::make_unique<TableOutputs>(format_, tables_, folder_, run_, lanes.count(),
                                            std::max<i64>(row_bytes, least_row_bytes));
  carry_ = std::make_unique<CarryOver>(format_, folder_, lanes.store_bytes());
  WEIR_TRY(carry_->find_stale(stale, lanes));
  const auto& files = carry_->files();
  return lanes.spread(static_cast<i64>(files.size()), [&](i64 lane, i64 task) {
    return keep(files[static_cast<std::size_t>(task)], use, lanes.arena(lane), lane);
  });
}

Result<void> FilePromotionStore::keep(const CurrentFile& file, LookupUse& use, flow::Arena& arena,
                                      i64 lane) {
  if (file.goes_whole()) return {};
  if (file.stays_whole()) return mark_links(file, use);
  return carry_->copy(file, arena, [&](i32 table, const Batch& rows) {
    use.mark_rows(table, rows);
    return outputs_->append(lane, table, rows);
  });
}

Result<void> FilePromotionStore::mark_links(const CurrentFile& file, LookupUse& use) {
  std::vector<i32> columns;
  for (const LookupUse::Link& link : use.links(file.table)) columns.push_back(link.column);
  if (columns.empty()) return {};
  WEIR_ASSIGN(const auto reader, folder_.read(format_, file.file, tables_.stored_schema(file.table),
                                              columns, known_rows_at_once));
  Batch batch;
  for (;;) {
    WEIR_ASSIGN(const bool more, reader->next(batch));
    if (!more) return {};
    use.mark(file.table, batch.columns);
  }
}

// The rows that still wait are written by all threads, while one of them writes the run's tables.
Result<void> FilePromotionStore::finish(const RunTables& manifest, const std::vector<i64>& last_ids,
                                        PromotionLanes& lanes) {
  std::vector<std::vector<TableFile>> kept(tables_.tables.size());
  for (const CurrentFile& file : carry_->files())
    if (file.stays_whole()) kept[static_cast<std::size_t>(file.table)].push_back(file.file);
  for (std::size_t i = 0; i < kept.size(); ++i)
    if (kept[i].empty()) WEIR_TRY(outputs_->make_empty(static_cast<i32>(i)));
  WEIR_TRY(lanes.spread(outputs_->lanes() + 1, [&](i64, i64 task) {
    return task == 0 ? write_run_tables(manifest) : outputs_->end_lane(task - 1);
  }));
  WEIR_ASSIGN(next_.files, outputs_->finish());
  for (std::size_t i = 0; i < kept.size(); ++i)
    next_.files[i].insert(next_.files[i].begin(), kept[i].begin(), kept[i].end());
  next_.last_ids = last_ids;
  return {};
}

Result<void> FilePromotionStore::write_run_tables(const RunTables& manifest) {
  FileRun& run = *next_.find_run(run_);
  const auto write = [&](std::string_view table, const Schema& schema, const BatchSource& rows) {
    return write_run_table(format_, folder_, run_, table, schema, rows);
  };
  WEIR_ASSIGN(run.inputs, write("weir_input", input_schema(), manifest.inputs));
  WEIR_ASSIGN(run.chunks, write("weir_chunk", chunk_schema(), manifest.chunks));
  WEIR_ASSIGN(next_.versions, write("weir_version", version_schema(), manifest.versions));
  return write_rejects(manifest);
}

Result<void> FilePromotionStore::write_rejects(const RunTables& manifest) {
  WEIR_ASSIGN(const auto deleted, DeletedRejects::collect(tables_, manifest.versions));
  FileRun& run = *next_.find_run(run_);
  WEIR_ASSIGN(run.rejects,
              write_run_table(format_, folder_, run_, "weir_reject", stored_reject_schema(),
                              deleted.left_of(manifest.rejects)));
  if (deleted.empty()) return {};
  for (FileRun& earlier : next_.runs)
    if (earlier.row.id != run_ && earlier.rejects) WEIR_TRY(remove_rejects(earlier, deleted));
  return {};
}

// A file in which nothing is left out stays as it is.
Result<void> FilePromotionStore::remove_rejects(FileRun& run, const DeletedRejects& deleted) {
  bool contains = false;
  WEIR_TRY(read_rejects(format_, folder_, *run.rejects,
                        [&](const flow::RejectRow& reject) -> Result<void> {
                          contains = contains || deleted.contains(reject.key);
                          return {};
                        }));
  if (!contains) return {};
  const BatchSource rows = [&](const BatchSink& sink) {
    return read_run_table(format_, folder_, *run.rejects, stored_reject_schema(), sink);
  };
  WEIR_ASSIGN(run.rejects, write_run_table(format_, folder_, run_, "weir_reject-" + run.row.id,
                                           stored_reject_schema(), deleted.left_of(rows)));
  return {};
}

FileManifest FilePromotionStore::publishable(flow::RunRow run) {
  next_.find_run(run_)->row = std::move(run);
  next_.current = run_;
  next_.tables = tables_;
  return std::move(next_);
}

}  // namespace

Result<FileManifest> write_promotion(const FileFormat& format, FileFolder& folder,
                                     const Tables& tables, const flow::RunRow& run,
                                     const std::vector<spool::Spool*>& spools,
                                     const PromoteOptions& options) {
  FilePromotionStore store(format, folder, tables, run.id);
  folder.store().use_scratch(spools.front()->folder());
  WEIR_TRY(folder.store().prepare(run.id));
  WEIR_ASSIGN(flow::RunRow ended, promote_into(store, tables, run, spools, options));
  return store.publishable(std::move(ended));
}

}  // namespace weir::target
