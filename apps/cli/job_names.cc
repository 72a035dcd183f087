#include "apps/cli/job_names.h"

#include <filesystem>

#include "weir/jobs/comics/names.h"
#include "weir/jobs/courts/load.h"
#include "weir/jobs/courts/names.h"

namespace weir::cli {

extract::Names job_names() {
  extract::Names names;
  comics::add_names(names);
  courts::add_names(names);
  return names;
}

Result<void> use_job_declaration(pipeline::RunOptions& run) {
  std::error_code error;
  if (run.declaration_file != "courts" || std::filesystem::exists("courts", error)) return {};
  courts::set_declaration(run);
  WEIR_ASSIGN(const auto steps,
              courts::LoadSteps::make({.geocodes = run.profile != "level1", .geocoder = {}}));
  courts::LoadSteps::add_to(run, steps);
  return {};
}

}  // namespace weir::cli
