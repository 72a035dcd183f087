#include "apps/cli/common_options.h"

#include <fmt/format.h>

#include <charconv>
#include <thread>

#include "apps/cli/job_names.h"
#include "weir/base/bytes.h"
#include "weir/base/log.h"
#include "weir/base/time.h"
#include "weir/flow/memory_limit.h"
#include "weir/target/registry.h"

namespace weir::cli {

void LogOptionValues::declare(Options& options) {
  options.choice("--log-level", {"error", "warning", "info", "debug"}, level,
                 "log lines on standard error from this level on (warning)");
  options.flag("--log-json", json, "log lines as JSON objects");
}

Result<void> LogOptionValues::apply() const {
  WEIR_ASSIGN(const LogLevel parsed, parse_log_level(level));
  configure_log({.level = parsed, .json = json});
  return {};
}

void WorkOptionValues::declare(Options& options) {
  options.size("--memory", memory_bytes,
               "the most memory that the process may hold, such as 512MiB (three quarters of the "
               "cgroup's limit, or else a quarter of the machine's memory)");
  options.number("--threads", "N", threads, 1, "worker threads (the cores that the cgroup allows)");
  options.choice("--progress", {"auto", "bar", "plain", "none"}, progress,
                 "a bar on a terminal, a line every 10 seconds elsewhere (auto)");
  log.declare(options);
}

i64 WorkOptionValues::memory_limit() const {
  return flow::find_memory_limit(memory_bytes > 0 ? std::optional(memory_bytes) : std::nullopt)
      .bytes;
}

i64 WorkOptionValues::thread_count() const { return threads > 0 ? threads : flow::allowed_cores(); }

void RunOptionValues::declare(Options& options) {
  options.text("--to", "URL", run.target_url, "where the rows go: " + target::known_targets());
  options.text("--profile", "NAME", run.profile, "a profile of the declaration");
  options.text("--run-date", "DATE", run.run_date, "the date of the run, as `_run_date`");
  declare_rest(options);
}

void RunOptionValues::declare_for_job(Options& options) {
  options.text("--to", "URL", run.target_url, "where the rows go: " + target::known_targets());
  declare_rest(options);
}

void RunOptionValues::declare_rest(Options& options) {
  options.number("--chunk-records", "N", run.chunk_records, 1, "end a chunk after N records");
  options.share("--chunk-share", run.chunk_share,
                "the share of the budget that one chunk may take (0.25)");
  options.text("--work", "DIR", work_folder,
               "where rows wait until all are read (beside the target)");
  options.text("--allow-rejects", "N", allow_rejects,
               "exit with 0 up to N rejects, or up to a share of the records such as 0.01 (0)");
  options.flag("--dry-run", run.dry_run, "say what would be read, and do nothing");
  options.flag("--json", json, "the summary as one JSON object");
  options.text("--metrics", "FILE", metrics, "what the run did, in Prometheus' text format");
  work.declare(options);
}

Result<void> RunOptionValues::apply(const Invocation& invocation) {
  WEIR_TRY(work.log.apply());
  run.memory_bytes = work.memory_limit();
  run.threads = work.thread_count();
  run.command_line = invocation.command_line;
  run.stop = invocation.stop;
  run.work = work_folder;
  run.names = job_names();
  WEIR_TRY(use_job_declaration(run));
  WEIR_TRY(are_allowed(allow_rejects, 0, 0));
  if (!run.run_date.empty() && !parse_iso_date(run.run_date))
    return Error(ErrorCode::usage,
                 fmt::format("--run-date: \"{}\" is not a date such as 2026-03-14", run.run_date));
  if (part.empty()) return {};
  const char* end = part.data() + part.size();
  const auto first = std::from_chars(part.data(), end, run.part);
  auto last = first;
  if (first.ec == std::errc() && first.ptr != end && *first.ptr == '/')
    last = std::from_chars(first.ptr + 1, end, run.parts);
  if (last.ptr != end || last.ec != std::errc() || run.part < 1 || run.part > run.parts)
    return Error(ErrorCode::usage,
                 fmt::format("--partition: \"{}\" is not K/N with 1 <= K <= N", part));
  if (work_folder.empty())
    return Error(ErrorCode::usage, "--partition needs --work DIR, where the part is sealed");
  return {};
}

Result<bool> are_allowed(const std::string& allowed, i64 rejected, i64 records) {
  double value = 0;
  const char* end = allowed.data() + allowed.size();
  const auto [at, error] = std::from_chars(allowed.data(), end, value);
  const bool percent = at + 1 == end && *at == '%';
  if (error != std::errc() || (at != end && !percent) || value < 0)
    return Error(ErrorCode::usage,
                 fmt::format("--allow-rejects: \"{}\" is neither a number nor a share", allowed));
  const bool is_share = percent || (value < 1 && allowed.find('.') != std::string::npos);
  if (!is_share) return static_cast<double>(rejected) <= value;
  const double share = percent ? value / 100 : value;
  return static_cast<double>(rejected) <= share * static_cast<double>(records);
}

}  // namespace weir::cli
