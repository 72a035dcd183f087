#include "weir/jobs/courts/load.h"

#include <algorithm>
#include <utility>

#include "weir/jobs/courts/declaration.h"
#include "weir/jobs/courts/names.h"
#include "weir/store/location.h"

namespace weir::courts {

namespace {

using Record = decltype(pipeline::RunOptions::record);

// What several runs did, as one.
void add(pipeline::RunReport one, pipeline::RunReport& all) {
  all.run.counts += one.run.counts;
  all.run.id = one.run.id;
  all.run.step = one.run.step;
  all.run.status = one.run.status;
  all.run.peak_bytes = std::max(all.run.peak_bytes, one.run.peak_bytes);
  all.run.seconds += one.run.seconds;
  all.records += one.records;
  all.chunks += one.chunks;
  all.bytes_read += one.bytes_read;
  all.read_seconds += one.read_seconds;
  all.promote_seconds += one.promote_seconds;
  std::ranges::move(one.failed, std::back_inserter(all.failed));
  std::ranges::move(one.rejects, std::back_inserter(all.rejects));
}

// The file of an input, as it can be given again.
std::string file_of(const std::string& location) {
  return store::path_of(location.substr(0, location.rfind("!/")));
}

// A run for each file that is not loaded yet. One that could not be promoted ends the load; those
// before it stay. What is exported is the state behind all of them.
Result<pipeline::RunReport> load_each(const pipeline::RunOptions& options) {
  pipeline::RunOptions one_file = options;
  one_file.dry_run = true;
  WEIR_ASSIGN(pipeline::RunReport all, pipeline::run(one_file));
  one_file.dry_run = false;
  one_file.export_rows = {};
  const std::vector<std::string> planned = std::exchange(all.planned, {});
  if (planned.empty()) return pipeline::run(options);
  for (const std::string& location : planned) {
    if (&location == &planned.back()) one_file.export_rows = options.export_rows;
    one_file.record = &location == &planned.back() ? options.record : Record();
    one_file.inputs = {file_of(location)};
    WEIR_ASSIGN(auto one, pipeline::run(one_file));
    add(std::move(one), all);
  }
  return all;
}

}  // namespace

void set_declaration(pipeline::RunOptions& options) {
  options.declaration_file = "courts.toml";
  options.declaration_text = declaration_text();
  options.names_in_folders = "LandlordTenant*.zip";
  options.again_rejected = true;
}

Result<LoadReport> load(const LoadOptions& options) {
  pipeline::RunOptions run = options.run;
  set_declaration(run);
  if (options.level == 1) run.profile = "level1";
  WEIR_ASSIGN(const auto steps, LoadSteps::make({.geocodes = options.level != 1,
                                                 .geocoder = options.geocoder,
                                                 .csv = options.csv,
                                                 .csv_bytes = run.memory_bytes / 16}));
  LoadSteps::add_to(run, steps);
  auto loaded = options.commit_files && !run.dry_run ? load_each(run) : pipeline::run(run);
  if (!loaded.ok()) {
    steps->abandon();
    return std::move(loaded).error();
  }
  return LoadReport{.run = std::move(*loaded), .geocoded = steps->geocoded()};
}

}  // namespace weir::courts
