#include "weir/jobs/courts/geocoder.h"

#include <algorithm>
#include <cstdlib>

namespace weir::courts {

namespace {

// Calls under way at once; a service that is asked for more waits for its turn within the client.
constexpr i64 calls_at_once = 8;

store::HttpOptions http_options(i64 timeout_s) {
  return {.at_once = calls_at_once,
          .attempts = 5,
          .connect_timeout = std::chrono::seconds(std::min<i64>(timeout_s, 10)),
          .idle_timeout = std::chrono::seconds(timeout_s),
          .attempt_timeout = std::chrono::minutes(5),
          .first_wait = std::chrono::milliseconds(500),
          .longest_wait = std::chrono::seconds(30)};
}

}  // namespace

std::string geocoder_token_of_environment() {
  const char* token = std::getenv("WEIR_GEOCODER_TOKEN");
  return token == nullptr ? "" : token;
}

Result<Geocoder> Geocoder::open(const GeocoderOptions& options) {
  Geocoder made;
  const std::string& named = options.geocoder;
  if (named.starts_with("http://") || named.starts_with("https://")) {
    WEIR_ASSIGN(made.services, GeocodeServices::open({.url = named,
                                                      .token = options.token,
                                                      .rate = options.rate,
                                                      .http = http_options(options.timeout_s)}));
  } else if (!named.empty()) {
    WEIR_ASSIGN(made.table, GeocodeTable::open(named, {.folder = options.folder,
                                                       .memory_bytes = options.memory_bytes}));
  }
  return made;
}

AddressBook::Asked Geocoder::asked() const {
  if (!services) return {.shown = "a table"};
  return {.shown = services->shown(), .services = static_cast<i64>(services->all().size())};
}

}  // namespace weir::courts
