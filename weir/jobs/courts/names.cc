#include "weir/jobs/courts/names.h"

#include "weir/jobs/courts/geocode_type.h"

namespace weir::courts {

void add_names(extract::Names& names) {
  names.computed.add(std::string(geocode_type_name), geocode_type());
}

}  // namespace weir::courts
