#include "apps/cli/comics_report.h"

#include <fmt/format.h>

#include "apps/cli/common_options.h"
#include "apps/cli/json.h"
#include "weir/base/bytes.h"

namespace weir::cli {

using comics::ImportReport;
using comics::ImportRun;
using comics::RunCounts;

namespace {

i64 rate(i64 files, double seconds) {
  return seconds > 0 ? static_cast<i64>(static_cast<double>(files) / seconds) : 0;
}

}  // namespace

void print_import_json(const ImportReport& report) {
  for (const ImportRun& run : report.runs) {
    const RunCounts& counts = run.counts;
    fmt::print(
        "{{\"run\":{},\"library\":{},\"started_at\":{},\"finished_at\":{},\"created\":{},"
        "\"modified\":{},\"moved\":{},\"deleted\":{},\"unchanged\":{},\"failed\":{},\"warned\":{},"
        "\"chunks\":{},\"names_created\":{},\"links_added\":{},\"links_removed\":{},\"seconds\":{:."
        "3f},\"find_"
        "seconds\":{:.3f},\"read_seconds\":{:.3f},\"tidy_seconds\":{:.3f},"
        "\"index_seconds\":{:.3f},\"indexed\":{},\"peak_bytes\":{}}}\n",
        run.id, run.library, json_string(run.started_at), json_string(run.finished_at),
        counts.created, counts.modified, counts.moved, counts.deleted, counts.unchanged,
        counts.failed, counts.warned, counts.chunks, counts.names_created, counts.links_added,
        counts.links_removed, report.seconds, report.find_seconds, report.read_seconds,
        report.tidy_seconds, report.index_seconds, report.indexed, report.peak_bytes);
  }
}

void print_import(const ImportReport& report, const std::string& db) {
  RunCounts all;
  for (const ImportRun& run : report.runs) all += run.counts;
  fmt::print("{}: {} comics looked at in {:.2f} s, {} a second\n", db, with_commas(report.files),
             report.seconds, with_commas(rate(report.files, report.seconds)));
  fmt::print("  comics    {} created, {} modified, {} moved, {} deleted, {} unchanged\n",
             with_commas(all.created), with_commas(all.modified), with_commas(all.moved),
             with_commas(all.deleted), with_commas(all.unchanged));
  fmt::print("  trouble   {} files failed (table failed_import), {} read with a warning\n",
             with_commas(all.failed), with_commas(all.warned));
  fmt::print(
      "  seconds   {:.2f} finding changes, {:.2f} reading, {:.2f} tidying, {:.2f} indexing\n",
      report.find_seconds, report.read_seconds, report.tidy_seconds, report.index_seconds);
  fmt::print("  memory    {} at most\n", format_size(report.peak_bytes));
}

}  // namespace weir::cli
