#include "weir/bench/summary.h"

#include <fmt/format.h>

#include "weir/base/json_text.h"
#include "weir/bench/json_value.h"

namespace weir::bench {
namespace {

constexpr StageStatus all_statuses[] = {StageStatus::done, StageStatus::failed,
                                        StageStatus::timeout, StageStatus::skipped};

std::string quoted(std::string_view text) {
  std::string json;
  append_json_string(text, json);
  return json;
}

std::string quoted_or_null(const std::optional<std::string>& text) {
  return text ? quoted(*text) : "null";
}

std::string grade_json(Grade grade) {
  return grade == Grade::none ? "null" : quoted(to_string(grade));
}

std::string stage_json(const StageSummary& stage) {
  return fmt::format(
      "{{\"name\": {}, \"label\": {}, \"status\": \"{}\", \"seconds\": {:.3f}, "
      "\"peak_mb\": {:.3f}, \"rc\": {}, \"grade_memory\": {}, \"grade_time\": {}, "
      "\"grade\": {}, \"stdout_tail\": {}}}",
      quoted(stage.name), quoted(stage.label), to_string(stage.status), stage.seconds,
      stage.peak_mb, stage.rc ? std::to_string(*stage.rc) : "null", grade_json(stage.grade_memory),
      grade_json(stage.grade_time), grade_json(stage.grade), quoted(stage.stdout_tail));
}

// Reads members of one object; after the first error the others are left as they are.
class MemberReader {
 public:
  explicit MemberReader(const JsonValue& object) : object_(object) {}

  void read(std::string_view name, std::string& to) { take(name, object_[name].text(), to); }
  void read(std::string_view name, double& to) { take(name, object_[name].number(), to); }
  void read(std::string_view name, bool& to) { take(name, object_[name].boolean(), to); }
  void read(std::string_view name, i64& to) {
    double value = 0;
    read(name, value);
    to = static_cast<i64>(value);
  }
  void read(std::string_view name, Grade& to) {
    if (object_[name].is_null()) return static_cast<void>(to = Grade::none);
    std::string text;
    read(name, text);
    if (const auto grade = parse_grade(text))
      to = *grade;
    else
      fail(name, Error(ErrorCode::declaration, fmt::format("\"{}\" is no grade", text)));
  }
  void read(std::string_view name, StageStatus& to) {
    std::string text;
    read(name, text);
    for (const StageStatus status : all_statuses)
      if (to_string(status) == text) return static_cast<void>(to = status);
    fail(name, Error(ErrorCode::declaration, fmt::format("\"{}\" is no status", text)));
  }
  template <typename T>
  void read(std::string_view name, std::optional<T>& to) {
    if (!object_[name].is_null()) read(name, to.emplace());
  }
  void read(std::string_view name, std::optional<i32>& to) {
    if (object_[name].is_null()) return;
    double value = 0;
    read(name, value);
    to = static_cast<i32>(value);
  }

  Result<void> finish() const { return failure_; }

 private:
  template <typename T>
  void take(std::string_view name, Result<T> value, T& to) {
    if (value.ok())
      to = std::move(*value);
    else
      fail(name, value.error());
  }
  void fail(std::string_view name, const Error& error) {
    if (failure_.ok()) failure_ = error.context(name);
  }

  const JsonValue& object_;
  Result<void> failure_;
};

Result<StageSummary> read_stage(const JsonValue& value) {
  StageSummary stage;
  MemberReader reader(value);
  reader.read("name", stage.name);
  reader.read("label", stage.label);
  reader.read("status", stage.status);
  reader.read("seconds", stage.seconds);
  reader.read("peak_mb", stage.peak_mb);
  reader.read("rc", stage.rc);
  reader.read("grade_memory", stage.grade_memory);
  reader.read("grade_time", stage.grade_time);
  reader.read("grade", stage.grade);
  reader.read("stdout_tail", stage.stdout_tail);
  WEIR_TRY(reader.finish());
  return stage;
}

Result<void> read_host(const JsonValue& value, Host& host) {
  MemberReader reader(value);
  reader.read("cpu", host.cpu);
  reader.read("cores", host.cores);
  reader.read("memory_mb", host.memory_mb);
  reader.read("kernel", host.kernel);
  return reader.finish();
}

Result<Summary> summary_of(const JsonValue& value) {
  Summary summary;
  MemberReader reader(value);
  reader.read("scenario", summary.scenario);
  reader.read("label", summary.label);
  reader.read("started", summary.started);
  reader.read("git_sha", summary.checkout.sha);
  reader.read("git_branch", summary.checkout.branch);
  reader.read("git_dirty", summary.checkout.dirty);
  reader.read("container_memory_mb", summary.container_memory_mb);
  reader.read("grade", summary.grade);
  WEIR_TRY(reader.finish());
  if (auto host = read_host(value["host"], summary.host); !host.ok())
    return std::move(host).error().context("host");
  auto stages = value["stages"].list();
  if (!stages.ok()) return std::move(stages).error().context("stages");
  for (const JsonValue& item : *stages) {
    auto stage = read_stage(item);
    if (!stage.ok()) return std::move(stage).error().context("stages");
    summary.stages.push_back(std::move(*stage));
  }
  return summary;
}

}  // namespace

std::string_view to_string(StageStatus status) {
  switch (status) {
    case StageStatus::done:
      return "done";
    case StageStatus::failed:
      return "failed";
    case StageStatus::timeout:
      return "timeout";
    case StageStatus::skipped:
      break;
  }
  return "skipped";
}

Grade overall_grade(const std::vector<StageSummary>& stages) {
  Grade grade = Grade::green;
  for (const StageSummary& stage : stages)
    if (stage.status != StageStatus::skipped) grade = worse(grade, stage.grade);
  return grade;
}

std::string to_json(const Summary& summary) {
  std::string json = fmt::format(
      "{{\n \"scenario\": {},\n \"label\": {},\n \"started\": {},\n \"git_sha\": {},\n "
      "\"git_branch\": {},\n \"git_dirty\": {},\n",
      quoted(summary.scenario), quoted(summary.label), quoted(summary.started),
      quoted_or_null(summary.checkout.sha), quoted_or_null(summary.checkout.branch),
      summary.checkout.dirty);
  json += fmt::format(
      " \"host\": {{\"cpu\": {}, \"cores\": {}, \"memory_mb\": {}, \"kernel\": {}}},\n"
      " \"container_memory_mb\": {},\n \"stages\": [",
      quoted(summary.host.cpu), summary.host.cores, summary.host.memory_mb,
      quoted(summary.host.kernel),
      summary.container_memory_mb ? fmt::format("{:.3f}", *summary.container_memory_mb) : "null");
  std::string_view separator = "\n  ";
  for (const StageSummary& stage : summary.stages) {
    json += separator;
    json += stage_json(stage);
    separator = ",\n  ";
  }
  json += fmt::format("\n ],\n \"grade\": {}\n}}\n", grade_json(summary.grade));
  return json;
}

Result<Summary> parse_summary(std::string_view json) {
  WEIR_ASSIGN(const JsonValue value, parse_json(json));
  return summary_of(value);
}

Result<Summary> read_summary(const std::string& path) {
  WEIR_ASSIGN(const JsonValue value, read_json_file(path));
  auto summary = summary_of(value);
  if (!summary.ok()) return std::move(summary).error().context(path);
  return summary;
}

}  // namespace weir::bench
