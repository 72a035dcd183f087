// What the jobs of this program bring for declarations to name.
#pragma once

#include "weir/extract/names.h"

namespace weir::cli {

extract::Names job_names();

}  // namespace weir::cli
