#include "weir/pipeline/metrics.h"

#include <fmt/format.h>

#include <utility>
#include <vector>

#include "weir/base/time.h"
#include "weir/target/file_output.h"

namespace weir::pipeline {

namespace {

// The value of a label: backslash, quote and line feed are escaped.
std::string label_value(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '\\' || c == '"') escaped += '\\';
    if (c == '\n')
      escaped += "\\n";
    else
      escaped += c;
  }
  return escaped;
}

// Writes families of samples.
class MetricsWriter {
 public:
  explicit MetricsWriter(const MetricsOf& of) : job_(label_value(of.job)) {}

  void family(std::string_view name, std::string_view help) {
    name_ = name;
    text_ += fmt::format("# HELP {} {}\n# TYPE {} gauge\n", name, help, name);
  }
  void sample(double value) { text_ += fmt::format("{}{{job=\"{}\"}} {}\n", name_, job_, value); }
  void sample(i64 value) { text_ += fmt::format("{}{{job=\"{}\"}} {}\n", name_, job_, value); }
  template <typename Value>
  void sample(std::string_view label, std::string_view is, Value value) {
    text_ +=
        fmt::format("{}{{job=\"{}\",{}=\"{}\"}} {}\n", name_, job_, label, label_value(is), value);
  }
  // A family of one sample.
  template <typename Value>
  void one(std::string_view name, std::string_view help, Value value) {
    family(name, help);
    sample(value);
  }
  std::string text() && { return std::move(text_); }

 private:
  const std::string job_;
  std::string_view name_;
  std::string text_;
};

double to_seconds(i64 microseconds) {
  return static_cast<double>(microseconds) / static_cast<double>(microseconds_per_second);
}

void write_process(const MetricsOf& of, bool success, MetricsWriter& out) {
  out.one("weir_run_success", "1 if the run ended, 0 if it failed.", i64{success});
  out.one("weir_run_finished_timestamp_seconds", "When the run ended, since 1970 UTC.",
          to_seconds(of.finished_us));
  out.one("weir_run_duration_seconds", "How long the run took.", of.seconds);
  out.one("weir_run_peak_memory_bytes", "The most memory that the process held.", of.peak_bytes);
  out.one("weir_run_memory_limit_bytes", "What the process may hold.", of.memory_bytes);
  if (of.target.empty()) return;
  out.family("weir_run_target_info", "Where the rows went.");
  out.sample("target", of.target, i64{1});
}

void write_counts(const RunReport& report, MetricsWriter& out) {
  const flow::RunCounts& counts = report.run.counts;
  out.family("weir_run_records", "Records of the run, by what became of them.");
  out.sample("outcome", "created", counts.created);
  out.sample("outcome", "updated", counts.updated);
  out.sample("outcome", "unchanged", counts.unchanged);
  out.sample("outcome", "deleted", counts.deleted);
  out.sample("outcome", "rejected", counts.rejected);
  const auto failed = static_cast<i64>(report.failed.size());
  out.family("weir_run_inputs", "Inputs of the run, by what became of them.");
  out.sample("status", "loaded", report.inputs - report.skipped_inputs - failed);
  out.sample("status", "failed", failed);
  out.sample("status", "skipped", report.skipped_inputs);
}

void write_work(const RunReport& report, MetricsWriter& out) {
  out.one("weir_run_read_bytes", "Bytes that were read, unpacked.", report.bytes_read);
  out.one("weir_run_read_records", "Records that were read.", report.records);
  out.one("weir_run_chunks", "Chunks that they came in.", report.chunks);
  out.family("weir_run_step_seconds", "How long a part of the run took.");
  out.sample("step", "read", report.read_seconds);
  out.sample("step", "promote", report.promote_seconds);
}

}  // namespace

std::string metrics_text(const MetricsOf& of, const RunReport* report) {
  MetricsWriter out(of);
  write_process(of, report != nullptr, out);
  if (report != nullptr) {
    write_counts(*report, out);
    write_work(*report, out);
  }
  return std::move(out).text();
}

Result<void> write_metrics(const std::filesystem::path& file, const MetricsOf& of,
                           const RunReport* report) {
  return target::replace_file(file, metrics_text(of, report));
}

}  // namespace weir::pipeline
