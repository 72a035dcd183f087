#include "weir/jobs/comics/names.h"

namespace weir::comics {

void add_names(extract::Names&) {}

}  // namespace weir::comics
