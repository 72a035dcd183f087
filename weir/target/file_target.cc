#include "weir/target/file_target.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "weir/base/log.h"
#include "weir/target/csv_format.h"
#include "weir/target/file_promote.h"
#include "weir/target/file_run_tables.h"
#include "weir/target/file_scan.h"

namespace weir::target {
namespace {

using flow::RunStatus;

Error commits_by_run() {
  return Error(ErrorCode::unsupported, "a target of files commits by run, not by chunk");
}

// A table's name becomes the name of a folder or file.
Result<void> check_table_name(const std::string& name) {
  const bool usable = !name.empty() && name.front() != '.' && name.find('/') == name.npos &&
                      name.find('\0') == name.npos;
  if (usable) return {};
  return Error(ErrorCode::declaration,
               fmt::format("table \"{}\" cannot be a folder of files: give it another name", name));
}

class FileTarget : public Target {
 public:
  FileTarget(std::unique_ptr<FileFormat> format, std::unique_ptr<FileFolder> folder, Access access)
      : format_(std::move(format)), folder_(std::move(folder)), access_(access) {}

  Result<std::filesystem::path> spool_folder() const override {
    return folder_->store().spool_folder();
  }
  CommitBy commit_by() const override { return CommitBy::run; }
  bool supports(WriteMode mode) const override { return mode != WriteMode::replace_partition; }

  Result<Tables> tables() override;
  Result<void> scan(std::string_view table, const ScanOptions& options,
                    const BatchSink& sink) override;
  Result<void> find(std::string_view table, const Batch& keys, const BatchSink& sink) override;
  Result<std::vector<flow::RunRow>> runs() override;
  Result<std::vector<flow::InputRow>> inputs(std::string_view run) override;
  Result<void> rejects(const std::function<Result<void>(const flow::RejectRow&)>& sink) override;

  Result<std::vector<flow::InputRow>> loaded(std::string_view declaration_hash) override;
  Result<void> begin(const flow::RunRow& run, const Tables& tables) override;
  Result<void> update(const flow::RunRow& run) override;
  Result<void> apply(const ChunkBatches&) override { return commits_by_run(); }
  Result<void> end_chunk(const flow::ChunkRow&, const std::vector<flow::InputRow>&) override {
    return commits_by_run();
  }
  Result<flow::RunCounts> count_changes() override { return commits_by_run(); }
  Result<flow::RunCounts> promote(const std::vector<spool::Spool*>& spools, flow::RunRow run,
                                  const PromoteOptions& options) override;
  Result<void> finish(const flow::RunRow& run) override;

 private:
  FileManifest& manifest() { return folder_->manifest(); }
  Result<void> check_published();
  Result<void> check_tables(const Tables& tables);
  Result<void> publish(FileManifest next, const std::string& run);

  std::unique_ptr<FileFormat> format_;
  std::unique_ptr<FileFolder> folder_;
  const Access access_;
};

Result<void> FileTarget::check_published() {
  if (manifest().published()) return {};
  return Error(ErrorCode::not_found,
               fmt::format("{}: no run has finished there yet", folder_->name()));
}

Result<Tables> FileTarget::tables() {
  WEIR_TRY(check_published());
  return manifest().tables;
}

Result<void> FileTarget::scan(std::string_view table, const ScanOptions& options,
                              const BatchSink& sink) {
  WEIR_TRY(check_published());
  return scan_files(*format_, *folder_, table, options, sink);
}

Result<void> FileTarget::find(std::string_view table, const Batch& keys, const BatchSink& sink) {
  WEIR_TRY(check_published());
  return find_in_files(*format_, *folder_, table, keys, sink);
}

// A run that has no end and no process any more was interrupted.
Result<std::vector<flow::RunRow>> FileTarget::runs() {
  bool live = access_ == Access::write;
  if (!live) {
    WEIR_ASSIGN(live, folder_->store().is_being_written());
  }
  std::vector<flow::RunRow> rows;
  for (const FileRun& run : manifest().runs) {
    rows.push_back(run.row);
    if (run.row.status == RunStatus::running && !live) rows.back().status = RunStatus::interrupted;
    if (run.row.id == manifest().current) rows.back().tables = to_json(manifest().tables);
  }
  return rows;
}

Result<std::vector<flow::InputRow>> FileTarget::inputs(std::string_view run) {
  const FileRun* found = manifest().find_run(run);
  if (found == nullptr || !found->inputs) return std::vector<flow::InputRow>();
  return read_inputs(*format_, *folder_, *found->inputs);
}

// Newest run first. Of an input that a later run read again, only what that one refused counts.
Result<void> FileTarget::rejects(const std::function<Result<void>(const flow::RejectRow&)>& sink) {
  std::set<std::string> read_again;
  const auto& runs = manifest().runs;
  for (auto run = runs.rbegin(); run != runs.rend(); ++run) {
    if (run->rejects && run->rejects->rows > 0)
      WEIR_TRY(read_rejects(*format_, *folder_, *run->rejects, [&](const flow::RejectRow& row) {
        return read_again.contains(row.location) ? Result<void>() : sink(row);
      }));
    if (!run->inputs) continue;
    WEIR_ASSIGN(const auto inputs, read_inputs(*format_, *folder_, *run->inputs));
    for (const flow::InputRow& input : inputs) read_again.insert(input.location);
  }
  return {};
}

Result<std::vector<flow::InputRow>> FileTarget::loaded(std::string_view declaration_hash) {
  std::map<std::pair<std::string, std::string>, flow::InputRow> newest;
  for (const FileRun& run : manifest().runs) {
    if (!run.inputs || run.row.declaration_hash != declaration_hash) continue;
    WEIR_ASSIGN(auto inputs, read_inputs(*format_, *folder_, *run.inputs));
    for (flow::InputRow& input : inputs) {
      auto key = std::pair(input.source, input.location);
      newest.insert_or_assign(std::move(key), std::move(input));
    }
  }
  std::vector<flow::InputRow> rows;
  for (auto& [key, input] : newest) rows.push_back(std::move(input));
  return rows;
}

Result<void> FileTarget::check_tables(const Tables& tables) {
  for (const Table& table : tables.tables) WEIR_TRY(check_table_name(table.name));
  for (const Entity& entity : tables.entities)
    if (!supports(entity.write))
      return Error(ErrorCode::declaration,
                   fmt::format("entity {}: {} files do not have write = \"replace_partition\"; use "
                               "replace_record, upsert or append",
                               entity.name, format_->name()));
  if (!manifest().published() || manifest().tables == tables) return {};
  return Error(ErrorCode::declaration,
               fmt::format("{} holds tables of another declaration, or of this one before it was "
                           "changed; load into another folder",
                           folder_->name()));
}

Result<void> FileTarget::begin(const flow::RunRow& run, const Tables& tables) {
  WEIR_TRY(check_tables(tables));
  FileManifest next = manifest();
  if (!next.published()) {
    next.tables = tables;
    next.files.assign(tables.tables.size(), {});
    next.last_ids.assign(tables.tables.size(), 0);
  }
  for (FileRun& earlier : next.runs)
    if (earlier.row.status == RunStatus::running) earlier.row.status = RunStatus::interrupted;
  std::erase_if(next.runs, [&](const FileRun& earlier) { return earlier.row.id == run.id; });
  next.runs.push_back({.row = run});
  next.runs.back().row.status = RunStatus::running;
  next.runs.back().row.tables.clear();

  WEIR_TRY(folder_->store().name_run(run.id));
  WEIR_TRY(folder_->replace(std::move(next)));
  return folder_->remove_leftovers();
}

Result<void> FileTarget::update(const flow::RunRow& run) {
  FileManifest next = manifest();
  FileRun* known = next.find_run(run.id);
  if (known == nullptr || known->row.status == RunStatus::done) return {};
  known->row = run;
  known->row.tables.clear();
  return folder_->replace(std::move(next));
}

Result<flow::RunCounts> FileTarget::promote(const std::vector<spool::Spool*>& spools,
                                            flow::RunRow run, const PromoteOptions& options) {
  const FileRun* known = manifest().find_run(run.id);
  if (known != nullptr && known->row.status == RunStatus::done) return known->row.counts;
  const Tables& tables = spools.front()->identity().tables;
  if (known == nullptr) WEIR_TRY(begin(run, tables));

  run.status = RunStatus::done;
  run.tables.clear();
  WEIR_ASSIGN(FileManifest next, write_promotion(*format_, *folder_, tables, run, spools, options));
  WEIR_TRY(publish(std::move(next), run.id));
  return manifest().find_run(run.id)->row.counts;
}

// The tables get their place first, where nothing lists them yet; then the manifest is replaced. A
// failure before that takes them away again, a kill leaves it to the next run.
Result<void> FileTarget::publish(FileManifest next, const std::string& run) {
  log(LogLevel::debug, "publish", {{"run", run}});
  WEIR_TRY(folder_->store().settle(run));
  auto stored = folder_->replace(std::move(next));
  if (!stored) {
    if (manifest().current != run) folder_->store().unsettle(run);
    return stored;
  }
  return folder_->remove_leftovers();
}

// A published run stays done, with the counts of its promotion.
Result<void> FileTarget::finish(const flow::RunRow& run) {
  FileManifest next = manifest();
  FileRun* known = next.find_run(run.id);
  if (known == nullptr) return {};
  const bool done = known->row.status == RunStatus::done;
  const flow::RunCounts counts = known->row.counts;
  known->row = run;
  known->row.tables.clear();
  if (done) known->row.status = RunStatus::done;
  if (done) known->row.counts = counts;
  WEIR_TRY(folder_->replace(std::move(next)));
  return done ? Result<void>() : folder_->remove_leftovers();
}

}  // namespace

Result<std::unique_ptr<Target>> open_file_target(const std::string& place,
                                                 std::unique_ptr<FileFormat> format, Access access,
                                                 i64 memory_bytes) {
  WEIR_ASSIGN(auto store, open_file_store(place, memory_bytes));
  return open_file_target(std::move(store), std::move(format), access);
}

Result<std::unique_ptr<Target>> open_file_target(std::unique_ptr<FileStore> store,
                                                 std::unique_ptr<FileFormat> format,
                                                 Access access) {
  WEIR_ASSIGN(auto opened, FileFolder::open(std::move(store), format->name(), access));
  // A run that was killed behind its publication is not run again, which would take them away.
  if (access == Access::write) WEIR_TRY(opened->remove_leftovers());
  return std::make_unique<FileTarget>(std::move(format), std::move(opened), access);
}

Result<std::unique_ptr<Target>> open_csv_target(const std::string& place, Access access,
                                                i64 memory_bytes) {
  return open_file_target(place, make_csv_format(), access, memory_bytes);
}

}  // namespace weir::target
