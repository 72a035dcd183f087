// A run, as a list of steps.
#include "weir/pipeline/run.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "weir/base/log.h"
#include "weir/base/time.h"
#include "weir/base/url.h"
#include "weir/pipeline/retry.h"
#include "weir/pipeline/run_steps.h"
#include "weir/pipeline/version.h"

namespace weir::pipeline {

namespace {

// The steps of one run, in the order in which they are called.
class Run {
 public:
  explicit Run(const RunOptions& options) : options_(options) {}

  Result<RunReport> execute();

 private:
  Result<void> load();
  Result<void> list_inputs();
  Result<void> open();
  Result<void> find_work();
  Result<bool> last_run_ended();
  Result<void> load_by_chunk();
  Result<void> end_early(const Error& error);
  Result<void> load_by_run();
  Result<void> load_part();
  Result<std::filesystem::path> spool_folder();
  Result<bool> is_promoted(const std::string& run_id);
  Result<void> open_spool(const std::filesystem::path& folder);
  Result<void> remove_promoted_spool();
  Result<void> read_into_spool();
  Result<void> promote();
  i64 bytes_to_read() const;
  Result<void> refuse_known_failures();
  void collect_failures();

  const RunOptions& options_;
  const std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
  std::unique_ptr<LoadedDeclaration> loaded_;
  std::vector<RunInput> inputs_;
  MemoryShares shares_;
  std::unique_ptr<target::Target> target_;
  std::unique_ptr<spool::Spool> spool_;
  RunReport report_;
};

Result<void> Run::load() {
  WEIR_ASSIGN(loaded_, load_declaration(options_));
  WEIR_TRY(list_inputs());
  report_.inputs = static_cast<i64>(inputs_.size());
  report_.run = {.id = flow::make_run_id(),
                 .command_line = options_.command_line,
                 .version = std::string(version),
                 .declaration_hash = loaded_->declaration.hash,
                 .tables = to_json(loaded_->tables),
                 .started_us = now_microseconds(),
                 .step = "select"};
  return {};
}

Result<void> Run::list_inputs() {
  const GivenInputs given{.places = options_.inputs, .names_in_folders = options_.names_in_folders};
  if (!options_.retry) {
    const auto folder = std::filesystem::path(options_.declaration_file).parent_path();
    WEIR_ASSIGN(inputs_, list_run_inputs(loaded_->declaration, folder, given, {}));
    return {};
  }
  WEIR_ASSIGN(const auto target, target::open_target(options_.target_url, target::Access::read));
  WEIR_ASSIGN(inputs_, list_inputs_to_retry(*target, loaded_->declaration, given, {}));
  return {};
}

Result<void> Run::open() {
  WEIR_ASSIGN(shares_, divide_memory(options_));
  WEIR_ASSIGN(target_, target::open_target(options_.target_url, target::Access::write,
                                           shares_.target_bytes));
  // What the target's module brought with it counts as well.
  WEIR_ASSIGN(shares_, divide_memory(options_, *target_, loaded_->tables));
  for (const extract::EntityDecl& entity : loaded_->declaration.entities)
    if (!target_->supports(entity.write))
      return Error(ErrorCode::declaration,
                   fmt::format("{}:{}:{}: entity {}: {} cannot write {}", loaded_->declaration.file,
                               entity.write_place.line, entity.write_place.column, entity.name,
                               without_password(options_.target_url), to_string(entity.write)));
  return {};
}

// A run that was killed behind its last chunk has tables to complete, such as their indexes.
Result<bool> Run::last_run_ended() {
  WEIR_ASSIGN(const auto runs, target_->runs());
  const auto last = std::ranges::max_element(runs, {}, &flow::RunRow::started_us);
  return last == runs.end() || last->status == flow::RunStatus::done;
}

Result<void> Run::find_work() {
  if (!options_.force) {
    WEIR_ASSIGN(auto known, target_->loaded(loaded_->declaration.hash));
    if (!options_.retry) mark_known_content(inputs_, known);
    // One that a stopped retry has begun goes on.
    std::erase_if(known, [&](const flow::InputRow& row) {
      const bool with_rejects = row.status == flow::InputStatus::loaded_with_rejects;
      return options_.retry ? row.status != flow::InputStatus::loading
                            : with_rejects && options_.again_rejected;
    });
    WEIR_TRY(mark_done(inputs_, known));
  }
  report_.skipped_inputs = std::ranges::count(inputs_, true, &RunInput::done);
  report_.up_to_date = report_.skipped_inputs == report_.inputs;
  if (report_.up_to_date && target_->commit_by() == target::CommitBy::chunk) {
    WEIR_ASSIGN(report_.up_to_date, last_run_ended());
  }
  if (options_.dry_run)
    for (const RunInput& input : inputs_)
      if (!input.done) report_.planned.push_back(input.input.location);
  return {};
}

// What is read is counted unpacked, which is not known of the members of archives: 0.
i64 Run::bytes_to_read() const {
  i64 bytes = 0;
  for (const RunInput& input : inputs_) {
    if (!input.input.member.empty()) return 0;
    if (!input.done) bytes += input.input.size;
  }
  return bytes;
}

// Each chunk becomes visible with its manifest rows; a stopped run keeps the whole chunks so far.
Result<void> Run::load_by_chunk() {
  WEIR_TRY(enter_step("load", bytes_to_read(), options_, report_, nullptr));
  WEIR_TRY(check_inputs(options_, shares_, *loaded_, inputs_));
  WEIR_TRY(target_->begin(report_.run, loaded_->tables));
  const auto sink = make_target_sink(*target_);
  ListedInputs feed(inputs_);
  ReadStep step(options_, shares_, *loaded_, feed, report_.run.id);
  Result<void> read = step.run(*sink, 0, report_);
  const auto counts = target_->count_changes();
  if (counts.ok()) report_.run.counts = *counts;
  if (read.ok() && !counts.ok()) read = counts.error();
  if (!read.ok()) {
    WEIR_TRY(end_early(read.error()));
    return read;
  }
  WEIR_TRY(enter_step("record", 0, options_, report_, nullptr));
  report_.run = ended_run(report_.run, started_, flow::RunStatus::done);
  WEIR_TRY(target_->finish(report_.run));
  // Indexes are built at the end.
  report_.run = ended_run(report_.run, started_, flow::RunStatus::done);
  return {};
}

// What is visible of a run by run is all or nothing; the row says how it went.
Result<void> Run::end_early(const Error& error) {
  const bool stopped = error.code() == ErrorCode::cancelled;
  return target_->finish(ended_run(
      report_.run, started_, stopped ? flow::RunStatus::interrupted : flow::RunStatus::failed));
}

Result<std::filesystem::path> Run::spool_folder() {
  if (!options_.work.empty()) return options_.work / "spool";
  return target_->spool_folder();
}

Result<bool> Run::is_promoted(const std::string& run_id) {
  WEIR_ASSIGN(const auto runs, target_->runs());
  return std::ranges::any_of(runs, [&](const flow::RunRow& row) {
    return row.id == run_id && row.status == flow::RunStatus::done;
  });
}

// A run that was killed behind its promotion left its spool, or a part of it.
Result<void> Run::remove_promoted_spool() {
  WEIR_ASSIGN(const std::filesystem::path folder, spool_folder());
  std::error_code error;
  if (!std::filesystem::exists(folder, error)) return {};
  auto left = spool::Spool::open(folder);
  if (left.ok()) {
    WEIR_ASSIGN(const bool promoted, is_promoted((*left)->identity().run_id));
    return promoted || (*left)->chunks().empty() ? (*left)->remove() : Result<void>();
  }
  if (left.error().code() == ErrorCode::conflict) return left.error();
  WEIR_ASSIGN(spool_, spool::Spool::create(folder, {.run_id = report_.run.id}));
  return spool_->remove();
}

// A spool of the same declaration and inputs is continued, under its run's id; another one is
// removed.
Result<void> Run::open_spool(const std::filesystem::path& folder) {
  const spool::SpoolIdentity wanted{.run_id = report_.run.id,
                                    .declaration_hash = loaded_->declaration.hash,
                                    .inputs_hash = hash_of(inputs_),
                                    .part = options_.part,
                                    .parts = options_.parts,
                                    .tables = loaded_->tables};
  auto found = spool::Spool::open(folder);
  if (!found.ok() && found.error().code() == ErrorCode::conflict) return found.error();
  if (found.ok()) {
    const spool::SpoolIdentity& is = (*found)->identity();
    if (!options_.force && is.declaration_hash == wanted.declaration_hash &&
        is.inputs_hash == wanted.inputs_hash && is.part == wanted.part &&
        is.parts == wanted.parts && is.tables == wanted.tables) {
      report_.run.id = is.run_id;
      spool_ = std::move(*found);
      WEIR_ASSIGN(const auto rows, spool_->inputs());
      return mark_done(inputs_, rows);
    }
    WEIR_TRY((*found)->remove());
  }
  WEIR_ASSIGN(spool_, spool::Spool::create(folder, wanted));
  return {};
}

// A spool that is continued may hold what ends a run that is to fail fast.
Result<void> Run::refuse_known_failures() {
  WEIR_ASSIGN(const auto rows, spool_->inputs());
  for (const flow::InputRow& row : rows)
    if (row.status == flow::InputStatus::failed || row.rejected > 0) return first_failure(row, {});
  return {};
}

Result<void> Run::read_into_spool() {
  if (options_.fail_fast) WEIR_TRY(refuse_known_failures());
  if (spool_->is_complete()) return {};
  const auto sink = make_spool_sink(*spool_);
  ListedInputs feed(inputs_);
  ReadStep step(options_, shares_, *loaded_, feed, report_.run.id);
  const auto& chunks = spool_->chunks();
  WEIR_TRY(step.run(*sink, chunks.empty() ? 0 : chunks.back().number + 1, report_));
  return spool_->complete();
}

Result<void> Run::promote() {
  WEIR_TRY(promote_spools(options_, *loaded_, {spool_.get()}, started_, *target_, report_));
  log(LogLevel::debug, "remove the spool", {{"folder", spool_->folder().string()}});
  return spool_->remove();
}

// Nothing is visible before the promotion, which is one rename or one transaction.
Result<void> Run::load_by_run() {
  WEIR_ASSIGN(const std::filesystem::path folder, spool_folder());
  WEIR_TRY(open_spool(folder));
  // A kill between the promotion and the removal of its spool: the run is there already.
  WEIR_ASSIGN(const bool promoted, is_promoted(report_.run.id));
  if (promoted) {
    report_.up_to_date = true;
    return spool_->remove();
  }
  WEIR_TRY(enter_step("spool", bytes_to_read(), options_, report_, nullptr));
  WEIR_TRY(target_->begin(report_.run, loaded_->tables));
  auto loaded = read_into_spool();
  if (loaded.ok()) loaded = promote();
  if (!loaded.ok() && report_.run.status != flow::RunStatus::done)
    static_cast<void>(end_early(loaded.error()));
  return loaded;
}

Result<void> Run::load_part() {
  WEIR_ASSIGN(shares_, divide_memory(options_));
  WEIR_TRY(open_spool(options_.work / fmt::format("part-{}-of-{}", options_.part, options_.parts)));
  WEIR_TRY(enter_step("spool", bytes_to_read(), options_, report_, nullptr));
  WEIR_TRY(read_into_spool());
  report_.run = ended_run(report_.run, started_, flow::RunStatus::done);
  return {};
}

// What was read of an input before it failed counts as never read.
void Run::collect_failures() {
  for (const RunInput& input : inputs_) {
    if (input.row.status != flow::InputStatus::failed) continue;
    report_.failed.push_back({input.input.location, input.row.error});
    report_.records -= input.row.records - input.done_records;
    std::erase_if(report_.rejects, [&](const ToldReject& reject) {
      return reject.row.location == input.input.location;
    });
  }
}

Result<RunReport> Run::execute() {
  WEIR_TRY(enter_step("select", 0, options_, report_, nullptr));
  WEIR_TRY(load());
  if (options_.parts > 1) {
    WEIR_TRY(load_part());
  } else {
    WEIR_TRY(open());
    WEIR_TRY(find_work());
    const bool by_chunk = target_->commit_by() == target::CommitBy::chunk;
    if (options_.dry_run) return std::move(report_);
    if (!report_.up_to_date) WEIR_TRY(by_chunk ? load_by_chunk() : load_by_run());
    if (report_.up_to_date && !by_chunk) WEIR_TRY(remove_promoted_spool());
    WEIR_TRY(record_run(options_, *target_, report_));
  }
  collect_failures();
  return std::move(report_);
}

}  // namespace

Result<RunReport> run(const RunOptions& options) { return Run(options).execute(); }

}  // namespace weir::pipeline
