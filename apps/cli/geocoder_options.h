// --geocoder and what goes with it: the options of commands that geocode.
#pragma once

#include "apps/cli/command.h"
#include "weir/jobs/courts/geocoder.h"

namespace weir::cli {

// Also takes the token of the environment.
void declare_geocoder(Options& options, courts::GeocoderOptions& geocoder);

}  // namespace weir::cli
