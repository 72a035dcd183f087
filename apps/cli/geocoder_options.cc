#include "apps/cli/geocoder_options.h"

namespace weir::cli {

void declare_geocoder(Options& options, courts::GeocoderOptions& geocoder) {
  options.text("--geocoder", "TABLE.csv|URL", geocoder.geocoder,
               "what addresses are looked up in: a table, or the URL of services, whose token is "
               "taken from WEIR_GEOCODER_TOKEN");
  options.number("--geocoder-rate", "N", geocoder.rate, 1,
                 "at most N requests to services in a second (no limit)");
  options.number("--geocoder-timeout", "SECONDS", geocoder.timeout_s, 1,
                 "how long a service may be silent (60)");
  geocoder.token = courts::geocoder_token_of_environment();
}

}  // namespace weir::cli
