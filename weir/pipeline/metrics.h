// What a run did as metrics: a file in Prometheus' text format, for the collector of text files of
// its node exporter, or for a push after the run.
//
// Every name has a line of HELP and of TYPE; each sample has the label `job`. A run that failed has
// weir_run_success 0 and what is known of it.
//
// Threads: plain functions.
#pragma once

#include <filesystem>
#include <string>

#include "weir/pipeline/run.h"

namespace weir::pipeline {

struct MetricsOf {
  std::string job;       // "run", "courts load"
  std::string target;    // its URL, without a password
  i64 memory_bytes = 0;  // the bound of the process
  i64 finished_us = 0;   // now
  double seconds = 0;    // of the process
  i64 peak_bytes = 0;    // resident, of the process
};

// `report` is null where the run failed.
std::string metrics_text(const MetricsOf& of, const RunReport* report);

// Puts the text in the place of the file at once, so that a collector reads the old one or this.
// Errors: io.
Result<void> write_metrics(const std::filesystem::path& file, const MetricsOf& of,
                           const RunReport* report);

}  // namespace weir::pipeline
