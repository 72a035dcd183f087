// What a load has beside reading and promoting: addresses are geocoded before the promotion, and
// behind it the views are made and the CSV folder is replaced.
//
// Threads: those of pipeline::RunOptions, which calls.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "weir/jobs/courts/csv_export.h"
#include "weir/jobs/courts/geocode_late.h"
#include "weir/jobs/courts/geocode_step.h"
#include "weir/pipeline/run.h"

namespace weir::courts {

struct LoadStepOptions {
  bool geocodes = true;  // streets are stored
  // A table or services; neither: rows keep what production has for them. Folders and memory are
  // the step's.
  GeocoderOptions geocoder;
  std::string csv;           // a folder or an s3:// prefix; empty: none
  i64 csv_bytes = 64 * MiB;  // that uploads may hold
};

class LoadSteps {
 public:
  // Errors: those of CsvExport::open and Geocoder::check.
  static Result<std::shared_ptr<LoadSteps>> make(const LoadStepOptions& options);

  // Adds them to a run, which keeps this.
  static void add_to(pipeline::RunOptions& run, const std::shared_ptr<LoadSteps>& steps);

  // Of the promotions so far.
  const GeocodeReport& geocoding() const { return report_; }
  std::optional<GeocodeCounts> geocoded() const;
  // Takes away what was exported and is not published.
  void abandon();

 private:
  explicit LoadSteps(LoadStepOptions options) : options_(std::move(options)) {}
  Result<void> geocode(pipeline::StepContext& context);
  Result<void> record(target::Target& target);

  LoadStepOptions options_;
  std::optional<CsvExport> csv_;
  std::optional<Geocoder> geocoder_;
  std::unique_ptr<LateGeocodes> late_;
  GeocodeReport report_;
};

}  // namespace weir::courts
