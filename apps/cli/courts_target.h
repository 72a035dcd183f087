// What the commands of the courts job share: which database they work on.
#pragma once

#include <string>

#include "apps/cli/common_options.h"
#include "weir/jobs/courts/target_url.h"

namespace weir::cli {

struct CourtsTarget {
  courts::TargetPlace place;

  // --db, --to and --schema.
  void declare(Options& options);
  // Errors: usage
  Result<std::string> url() const { return courts::target_url(place); }
};

}  // namespace weir::cli
