// What a run did, for people or as JSON.
#include <fmt/format.h>

#include "apps/cli/common_options.h"
#include "apps/cli/json.h"
#include "weir/base/bytes.h"
#include "weir/base/time.h"
#include "weir/base/url.h"
#include "weir/flow/process_memory.h"
#include "weir/pipeline/metrics.h"

namespace weir::cli {

std::string with_commas(i64 value) {
  std::string digits = fmt::format("{}", value);
  for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > 0; at -= 3)
    digits.insert(static_cast<std::size_t>(at), ",");
  return digits;
}

namespace {

void print_text(const pipeline::RunReport& report, const RunOptionValues& options) {
  const flow::RunCounts& counts = report.run.counts;
  const std::string where = options.run.target_url.empty()
                                ? fmt::format("part {} of {}", options.run.part, options.run.parts)
                                : without_password(options.run.target_url);
  fmt::print("{}: run {} done in {:.1f} s\n", where, report.run.id, report.run.seconds);
  fmt::print("  read      {} records, {}, of {} inputs", with_commas(report.records),
             format_size(report.bytes_read), with_commas(report.inputs));
  if (report.skipped_inputs > 0)
    fmt::print(" ({} loaded before)", with_commas(report.skipped_inputs));
  fmt::print(", in {} chunks\n", with_commas(report.chunks));
  fmt::print("  records   {} created, {} updated, {} unchanged, {} deleted, {} rejected\n",
             with_commas(counts.created), with_commas(counts.updated),
             with_commas(counts.unchanged), with_commas(counts.deleted),
             with_commas(counts.rejected));
  fmt::print("  memory    {} at most\n", format_size(report.run.peak_bytes));
}

void print_json(const pipeline::RunReport& report) {
  const flow::RunCounts& counts = report.run.counts;
  std::string failed;
  for (const pipeline::FailedInput& input : report.failed)
    failed += fmt::format("{}{{\"location\":{},\"error\":{}}}", failed.empty() ? "" : ",",
                          json_string(input.location), json_string(input.error));
  fmt::print(
      "{{\"run\":{},\"up_to_date\":{},\"seconds\":{:.3f},\"read_seconds\":{:.3f},"
      "\"promote_seconds\":{:.3f},\"inputs\":{},\"skipped_inputs\":{},\"records\":{},"
      "\"chunks\":{},\"bytes_read\":{},\"created\":{},\"updated\":{},\"unchanged\":{},"
      "\"deleted\":{},\"rejected\":{},\"peak_bytes\":{},\"failed\":[{}]}}\n",
      json_string(report.run.id), report.up_to_date, report.run.seconds, report.read_seconds,
      report.promote_seconds, report.inputs, report.skipped_inputs, report.records, report.chunks,
      report.bytes_read, counts.created, counts.updated, counts.unchanged, counts.deleted,
      counts.rejected, report.run.peak_bytes, failed);
}

// The first few are told; all of them stand in the target.
void print_reject(const pipeline::ToldReject& reject) {
  const flow::RejectRow& row = reject.row;
  fmt::print(stderr, "weir: {}: {} {} (record {}, byte {}): {}; kept as a reject\n", row.location,
             reject.entity, row.key.empty() ? "without a key" : row.key, row.row, row.offset,
             row.detail);
}

}  // namespace

Result<int> report_run(const pipeline::RunReport& report, const RunOptionValues& options) {
  if (options.json) {
    print_json(report);
  } else if (options.run.dry_run) {
    for (const std::string& location : report.planned) fmt::print("{}\n", location);
    fmt::print("{} of {} inputs would be read\n", report.planned.size(), report.inputs);
  } else if (report.up_to_date && options.run.retry) {
    fmt::print("{}: nothing failed, nothing to load again\n",
               without_password(options.run.target_url));
  } else if (report.up_to_date) {
    fmt::print("{}: up to date, all {} inputs are loaded\n",
               without_password(options.run.target_url), report.inputs);
  } else {
    print_text(report, options);
  }
  for (const pipeline::FailedInput& input : report.failed)
    fmt::print(stderr, "weir: {}: {}; nothing of it was taken\n", input.location, input.error);

  const i64 rejected = report.run.counts.rejected;
  for (const pipeline::ToldReject& reject : report.rejects) print_reject(reject);
  if (rejected > 0)
    fmt::print(stderr, "weir: {} records were rejected (weir rejects {})\n", rejected,
               without_password(options.run.target_url));
  if (!report.failed.empty())
    return static_cast<i64>(report.failed.size()) == report.inputs ? exit_failed : exit_rejects;
  WEIR_ASSIGN(const bool allowed, are_allowed(options.allow_rejects, rejected, report.records));
  return allowed ? exit_done : exit_rejects;
}

Result<void> write_run_metrics(const std::string& job,
                               std::chrono::steady_clock::time_point started,
                               const pipeline::RunReport* report, const RunOptionValues& options) {
  if (options.metrics.empty()) return {};
  const auto lasted = std::chrono::steady_clock::now() - started;
  return pipeline::write_metrics(options.metrics,
                                 {.job = job,
                                  .target = without_password(options.run.target_url),
                                  .memory_bytes = options.run.memory_bytes,
                                  .finished_us = now_microseconds(),
                                  .seconds = std::chrono::duration<double>(lasted).count(),
                                  .peak_bytes = flow::peak_resident_bytes()},
                                 report);
}

}  // namespace weir::cli
