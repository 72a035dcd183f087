#include "weir/jobs/courts/load_steps.h"

#include "weir/jobs/courts/views.h"

namespace weir::courts {

Result<std::shared_ptr<LoadSteps>> LoadSteps::make(const LoadStepOptions& options) {
  std::shared_ptr<LoadSteps> steps(new LoadSteps(options));
  if (!options.csv.empty()) {
    WEIR_ASSIGN(steps->csv_,
                CsvExport::open({.folder = options.csv, .memory_bytes = options.csv_bytes}));
  }
  WEIR_TRY(Geocoder::check(options.geocoder));
  return steps;
}

void LoadSteps::add_to(pipeline::RunOptions& run, const std::shared_ptr<LoadSteps>& steps) {
  if (steps->options_.geocodes)
    run.steps.push_back({.name = "geocode", .take = [steps](pipeline::StepContext& context) {
                           return steps->geocode(context);
                         }});
  if (steps->csv_)
    run.export_rows = [steps](target::Target& target) { return steps->csv_->write(target); };
  run.record = [steps](target::Target& target) { return steps->record(target); };
}

// A quarter of the memory is the geocoder's and a quarter the step's, of which a quarter stays.
Result<void> LoadSteps::geocode(pipeline::StepContext& context) {
  late_.reset();
  geocoder_.reset();
  const pipeline::RunOptions& run = context.run;
  const i64 share = context.promote.budget->free_bytes() / 4;
  const std::filesystem::path& folder = context.spools.front()->folder();
  GeocoderOptions named = options_.geocoder;
  named.folder = named.kept = folder;
  named.kept += "-geocoder";
  named.memory_bytes = share;
  WEIR_ASSIGN(geocoder_, Geocoder::open(named));
  WEIR_ASSIGN(const auto columns, GeocodeColumns::of(context.declaration, context.tables));
  i64 told = 0;
  const GeocodeStepOptions options{
      .memory_bytes = share, .stop = run.stop, .progress = [&](i64 done, i64) {
        if (run.progress != nullptr) run.progress->advance(0, done - told);
        told = done;
      }};
  WEIR_ASSIGN(late_, find_geocodes(columns, context.tables, context.spools, context.target,
                                   *geocoder_, options, report_));
  context.held_bytes += share + share / 4;
  context.promote.late = late_.get();
  return {};
}

Result<void> LoadSteps::record(target::Target& target) {
  if (target.database() != nullptr) WEIR_TRY(target.database()->make_views(views()));
  return csv_ ? csv_->publish(target) : Result<void>();
}

std::optional<GeocodeCounts> LoadSteps::geocoded() const {
  return late_ == nullptr ? std::optional<GeocodeCounts>() : late_->counts();
}

void LoadSteps::abandon() {
  if (csv_) static_cast<void>(csv_->abandon());
}

}  // namespace weir::courts
