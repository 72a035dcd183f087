#include "weir/bench/compare.h"

#include <fmt/format.h>

#include <algorithm>

namespace weir::bench {
namespace {

std::string ratio(double baseline, double candidate) {
  return baseline > 0 ? fmt::format("{:.2f}x", candidate / baseline) : "-";
}

void name_difference(std::string_view what, std::string_view baseline, std::string_view candidate,
                     std::string& text) {
  if (baseline != candidate)
    text += fmt::format("{} differs: {} / {}\n", what, baseline, candidate);
}

std::string name_differences(const Summary& baseline, const Summary& candidate) {
  std::string text;
  name_difference("scenario", baseline.scenario, candidate.scenario, text);
  const Host& a = baseline.host;
  const Host& b = candidate.host;
  name_difference("host: CPU", a.cpu, b.cpu, text);
  name_difference("host: cores", std::to_string(a.cores), std::to_string(b.cores), text);
  name_difference("host: memory in MB", std::to_string(a.memory_mb), std::to_string(b.memory_mb),
                  text);
  name_difference("host: kernel", a.kernel, b.kernel, text);
  return text;
}

const StageSummary* find_stage(const Summary& summary, const std::string& name) {
  const auto found = std::ranges::find(summary.stages, name, &StageSummary::name);
  return found == summary.stages.end() ? nullptr : &*found;
}

std::string stage_line(const StageSummary& a, const StageSummary& b) {
  return fmt::format("{:<24} {:>9.2f} {:>9.2f} {:>7} {:>9.1f} {:>9.1f} {:>7}  {} -> {}{}\n", a.name,
                     a.seconds, b.seconds, ratio(a.seconds, b.seconds), a.peak_mb, b.peak_mb,
                     ratio(a.peak_mb, b.peak_mb), grade_text(a), grade_text(b),
                     b.grade > a.grade ? "  worse" : "");
}

}  // namespace

std::string grade_text(const StageSummary& stage) {
  if (stage.status == StageStatus::skipped) return "skipped";
  if (stage.status == StageStatus::done) return std::string(to_string(stage.grade));
  return fmt::format("{} ({})", to_string(stage.grade), to_string(stage.status));
}

Comparison compare(const Summary& baseline, const Summary& candidate) {
  Comparison comparison;
  comparison.text = name_differences(baseline, candidate);
  comparison.text += fmt::format("{:<24} {:>9} {:>9} {:>7} {:>9} {:>9} {:>7}  grade\n", "stage",
                                 "seconds", "", "ratio", "peak MB", "", "ratio");
  for (const StageSummary& stage : baseline.stages) {
    const StageSummary* other = find_stage(candidate, stage.name);
    if (other == nullptr) {
      comparison.text += fmt::format("{:<24} only in {}\n", stage.name, baseline.label);
      continue;
    }
    comparison.text += stage_line(stage, *other);
    comparison.got_worse |= other->grade > stage.grade;
  }
  for (const StageSummary& stage : candidate.stages)
    if (find_stage(baseline, stage.name) == nullptr)
      comparison.text += fmt::format("{:<24} only in {}\n", stage.name, candidate.label);
  comparison.text += fmt::format("{:<24} {} -> {}\n", "run", to_string(baseline.grade),
                                 to_string(candidate.grade));
  comparison.got_worse |= candidate.grade > baseline.grade;
  return comparison;
}

}  // namespace weir::bench
