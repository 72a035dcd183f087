#include "weir/jobs/courts/names.h"

namespace weir::courts {

void add_names(extract::Names&) {}

}  // namespace weir::courts
