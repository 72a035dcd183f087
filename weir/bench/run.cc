#include "weir/bench/run.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "weir/base/bytes.h"
#include "weir/base/log.h"
#include "weir/base/time.h"
#include "weir/bench/process_group.h"

namespace weir::bench {
namespace {

namespace fs = std::filesystem;

constexpr double bytes_per_mb = 1e6;
constexpr i64 tail_bytes = 4096;

// A text as part of a file's name.
std::string as_file_name(std::string_view text) {
  std::string name(text);
  for (char& c : name) {
    const char lower = ascii_lower(c);
    const bool is_plain = (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') ||
                          std::string_view("._-").find(c) != std::string_view::npos;
    if (!is_plain) c = '-';
  }
  return name;
}

// "2026-03-14T102233.123456Z"
std::string as_file_name_of_time(i64 microseconds) {
  std::string name = format_timestamp(microseconds);
  std::erase(name, ':');
  return name;
}

Result<std::string> create_folder(const Scenario& scenario, const RunOptions& options, i64 now) {
  const fs::path folder = fs::path(options.out_folder) /
                          fmt::format("{}-{}-{}", as_file_name_of_time(now),
                                      as_file_name(scenario.name), as_file_name(options.label));
  std::error_code error;
  fs::create_directories(folder.parent_path(), error);
  if (!error && !fs::create_directory(folder, error) && !error)
    return Error(ErrorCode::conflict, fmt::format("{} is there already", folder.string()));
  if (error) return system_error(fmt::format("cannot create {}", folder.string()), error.value());
  return folder.string();
}

// The last bytes of a file, from the start of a line where there is one.
std::string tail_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  const i64 size = file ? static_cast<i64>(file.tellg()) : 0;
  std::string tail(static_cast<std::size_t>(std::min(size, tail_bytes)), '\0');
  file.seekg(size - static_cast<i64>(tail.size()));
  file.read(tail.data(), static_cast<std::streamsize>(tail.size()));
  if (size <= tail_bytes) return tail;
  const std::size_t line = tail.find('\n');
  return line == tail.npos || line + 1 == tail.size() ? tail : tail.substr(line + 1);
}

StageSummary graded(const Stage& stage, const GroupOutcome& outcome) {
  StageSummary summary{.name = stage.name, .label = stage.label};
  if (outcome.timed_out)
    summary.status = StageStatus::timeout;
  else if (outcome.exit_code != 0)
    summary.status = StageStatus::failed;
  summary.seconds = outcome.seconds;
  summary.peak_mb = static_cast<double>(outcome.peak_bytes) / bytes_per_mb;
  summary.rc = outcome.exit_code;
  summary.grade_memory = grade_of(summary.peak_mb / 1000, stage.memory_gb);
  summary.grade_time =
      outcome.timed_out ? Grade::red : grade_of(summary.seconds / 60, stage.minutes);
  summary.grade = worse(summary.grade_memory, summary.grade_time);
  if (summary.status == StageStatus::failed) summary.grade = Grade::red;
  return summary;
}

Result<StageSummary> run_stage(const Scenario& scenario, const Stage& stage,
                               const std::string& output, const RunOptions& options) {
  GroupCommand command{.command = stage.command,
                       .environment = scenario.environment,
                       .stdout_path = output + ".out",
                       .stderr_path = output + ".err",
                       .timeout = options.stage_timeout,
                       .stop = options.stop};
  auto outcome = run_group(command);
  if (!outcome.ok())
    return std::move(outcome).error().context(fmt::format("stage \"{}\"", stage.name));
  if (outcome->left_behind > 0)
    log(LogLevel::warning,
        fmt::format("stage \"{}\": {} of its processes outlived it and were killed", stage.name,
                    outcome->left_behind));
  StageSummary summary = graded(stage, *outcome);
  summary.stdout_tail = tail_of(command.stdout_path);
  return summary;
}

Result<void> write_file(const std::string& path, std::string_view text) {
  std::ofstream file(path, std::ios::binary);
  file << text << std::flush;
  if (!file) return system_error(fmt::format("cannot write {}", path), errno);
  return {};
}

Summary summary_at(const Scenario& scenario, const RunOptions& options, i64 now) {
  Summary summary;
  summary.scenario = scenario.name;
  summary.label = options.label;
  summary.started = format_timestamp(now);
  summary.checkout = current_checkout();
  summary.host = this_host();
  if (options.container_memory_bytes)
    summary.container_memory_mb =
        static_cast<double>(*options.container_memory_bytes) / bytes_per_mb;
  return summary;
}

}  // namespace

Result<FinishedRun> run_scenario(const Scenario& scenario, const RunOptions& options) {
  const i64 now = now_microseconds();
  WEIR_ASSIGN(std::string folder, create_folder(scenario, options, now));
  Summary summary = summary_at(scenario, options, now);
  bool timed_out = false;
  for (const Stage& stage : scenario.stages) {
    StageSummary done{.name = stage.name, .label = stage.label, .status = StageStatus::skipped};
    if (!timed_out) {
      const std::string output =
          fmt::format("{}/{}-{}", folder, summary.stages.size() + 1, as_file_name(stage.name));
      WEIR_ASSIGN(done, run_stage(scenario, stage, output, options));
      timed_out = done.status == StageStatus::timeout;
    }
    summary.stages.push_back(std::move(done));
    if (options.on_stage) options.on_stage(summary.stages.back());
  }
  summary.grade = overall_grade(summary.stages);
  WEIR_TRY(write_file(folder + "/summary.json", to_json(summary)));
  return FinishedRun{.folder = std::move(folder), .summary = std::move(summary)};
}

}  // namespace weir::bench
