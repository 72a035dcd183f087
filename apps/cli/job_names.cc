#include "apps/cli/job_names.h"

#include "weir/jobs/comics/names.h"
#include "weir/jobs/courts/names.h"

namespace weir::cli {

extract::Names job_names() {
  extract::Names names;
  comics::add_names(names);
  courts::add_names(names);
  return names;
}

}  // namespace weir::cli
