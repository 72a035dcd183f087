// From sealed spools to a target, by way of the steps of a job.
#include <chrono>

#include "weir/base/log.h"
#include "weir/base/time.h"
#include "weir/flow/malloc_settings.h"
#include "weir/flow/process_memory.h"
#include "weir/pipeline/run_steps.h"

namespace weir::pipeline {

namespace {

double seconds_since(RunClock started) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
}

}  // namespace

flow::RunRow ended_run(const flow::RunRow& run, RunClock started, flow::RunStatus status) {
  flow::RunRow row = run;
  row.status = status;
  row.finished_us = now_microseconds();
  row.peak_bytes = flow::peak_resident_bytes();
  row.seconds = seconds_since(started);
  return row;
}

Result<std::unique_ptr<LoadedDeclaration>> load_declaration(const RunOptions& options) {
  if (options.declaration_text.empty())
    return load_for_run(options.declaration_file, options.profile, options.names);
  return load_text_for_run(options.declaration_text, options.declaration_file, options.profile,
                           options.names);
}

Result<void> enter_step(std::string_view step, i64 total_bytes, const RunOptions& options,
                        RunReport& report, target::Target* target) {
  log(LogLevel::debug, step, {{"run", report.run.id}});
  report.run.step = step;
  if (options.progress != nullptr) options.progress->start(step, total_bytes);
  return target == nullptr ? Result<void>() : target->update(report.run);
}

Result<void> promote_spools(const RunOptions& options, const LoadedDeclaration& loaded,
                            const std::vector<spool::Spool*>& spools, RunClock started,
                            target::Target& target, RunReport& report) {
  flow::trim_malloc();
  flow::MemoryBudget budget(flow::budget_bytes(options.memory_bytes, flow::resident_bytes()));
  target::PromoteOptions promote{.budget = &budget,
                                 .threads = static_cast<i32>(options.threads),
                                 .stop = options.stop,
                                 .progress =
                                     [&](i64 rows) {
                                       if (options.progress != nullptr)
                                         options.progress->advance(0, rows);
                                     },
                                 .before_commit = {},
                                 .end_run =
                                     [&](flow::RunRow& row) {
                                       row = ended_run(row, started, flow::RunStatus::done);
                                       row.step = "record";
                                     }};
  StepContext context{.run = options,
                      .declaration = loaded.declaration,
                      .tables = loaded.tables,
                      .target = target,
                      .spools = spools,
                      .promote = promote};
  for (const JobStep& step : options.steps) {
    WEIR_TRY(enter_step(step.name, 0, options, report, &target));
    WEIR_TRY(step.take(context));
  }
  WEIR_ASSIGN(const auto held, budget.try_reserve(context.held_bytes));
  const auto promoted = std::chrono::steady_clock::now();
  const bool exports = options.export_rows && target.database() != nullptr;
  if (exports)
    promote.before_commit = [&](target::Target& whole) -> Result<void> {
      WEIR_TRY(options.export_rows(whole));
      return enter_step("promote", 0, options, report, nullptr);
    };
  WEIR_TRY(enter_step(exports ? "export" : "promote", 0, options, report, &target));
  flow::RunRow done = ended_run(report.run, started, flow::RunStatus::done);
  WEIR_ASSIGN(done.counts, target.promote(spools, done, promote));
  report.run = ended_run(done, started, flow::RunStatus::done);
  report.run.step = "record";
  report.promote_seconds = seconds_since(promoted);
  return {};
}

Result<void> record_run(const RunOptions& options, target::Target& target, RunReport& report) {
  WEIR_TRY(enter_step("record", 0, options, report, nullptr));
  Result<void> recorded;
  if (options.export_rows && target.database() == nullptr && !report.up_to_date)
    recorded = options.export_rows(target);
  if (recorded.ok() && options.record) recorded = options.record(target);
  if (recorded.ok() || report.up_to_date) return recorded;
  return std::move(recorded).error().context(
      "the rows are loaded, but what follows failed; the same command goes on with it");
}

}  // namespace weir::pipeline
