#include "weir/jobs/courts/geocoder.h"

#include <algorithm>
#include <cstdlib>

#include "weir/store/file.h"

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

bool names_services(const GeocoderOptions& options) {
  return options.geocoder.starts_with("http://") || options.geocoder.starts_with("https://");
}

Result<GeocodeServices> open_services(const GeocoderOptions& options) {
  return GeocodeServices::open({.url = options.geocoder,
                                .token = options.token,
                                .rate = static_cast<double>(options.rate),
                                .http = http_options(options.timeout_s)});
}

}  // namespace

std::string geocoder_token_of_environment() {
  const char* token = std::getenv("WEIR_GEOCODER_TOKEN");
  return token == nullptr ? "" : token;
}

Result<Geocoder> Geocoder::open(const GeocoderOptions& options) {
  Geocoder made;
  if (names_services(options)) {
    WEIR_ASSIGN(made.services, open_services(options));
  } else if (!options.geocoder.empty()) {
    const TableOptions table{
        .folder = options.folder, .kept = options.kept, .memory_bytes = options.memory_bytes};
    WEIR_ASSIGN(made.table, GeocodeTable::open(options.geocoder, table));
  }
  return made;
}

Result<void> Geocoder::check(const GeocoderOptions& options) {
  if (options.geocoder.empty()) return {};
  if (names_services(options)) {
    const auto opened = open_services(options);
    return opened ? Result<void>() : opened.error();
  }
  WEIR_ASSIGN(const auto stream, store::open_file_stream(options.geocoder));
  auto read = read_geocode_table(
      *stream, [](std::string_view, i64, std::string_view) { return Result<void>(); });
  return read ? read : std::move(read).error().context(options.geocoder);
}

AddressBook::Asked Geocoder::asked() const {
  if (!services) return {.shown = "a table"};
  return {.shown = services->shown(), .services = static_cast<i64>(services->all().size())};
}

}  // namespace weir::courts
