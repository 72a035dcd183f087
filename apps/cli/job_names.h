// What the jobs of this program bring for declarations to name, and their own declarations.
#pragma once

#include "weir/extract/names.h"
#include "weir/pipeline/run.h"

namespace weir::cli {

extract::Names job_names();

// Where the declaration is called as a job, `courts`, and there is no such file: that of the job,
// with what else its runs have.
Result<void> use_job_declaration(pipeline::RunOptions& run);

}  // namespace weir::cli
