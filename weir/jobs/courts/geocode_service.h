// GeocodeService: a geocoding service over HTTP. There are two: one of a city, which is asked for
// each address, and one of a census, which takes many at once. The contract of both is in
// docs/formats/geocoder.md.
//
// Threads: one at a time.
#pragma once

#include <chrono>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "weir/jobs/courts/address.h"
#include "weir/jobs/courts/geocode_requests.h"

namespace weir::courts {

class GeocodeService {
 public:
  virtual ~GeocodeService() = default;

  virtual std::string_view name() const = 0;
  // How many addresses a call takes at most.
  virtual i64 batch_size() const = 0;
  // Puts encoded results into `answers`, which are empty and as many; those stay empty that the
  // service did not answer however often it was asked.
  // Errors: cancelled.
  virtual Result<void> ask(std::span<const Address> addresses, std::span<std::string> answers,
                           std::stop_token stop) = 0;
  // Why an answer is missing.
  virtual std::string problem() const = 0;
  virtual i64 requests() const = 0;
};

// The services below one URL, in the order in which they are asked.
class GeocodeServices {
 public:
  struct Options {
    std::string url;    // http:// or https://, without a query
    std::string token;  // sent as `Authorization: Bearer`, if there is one
    double rate = 0;    // requests a second, of all services together; 0: no limit
    // Of single requests: at_once, time-outs, attempts, waits.
    store::HttpOptions http;
    i64 census_batch = 2'500;
  };

  // Errors: usage  the URL; unsupported  the module for HTTP is not installed.
  static Result<GeocodeServices> open(const Options& options);
  // With a client of one attempt, and a time of one's own.
  static Result<GeocodeServices> make(const Options& options,
                                      std::unique_ptr<store::HttpClient> client, Clock clock);

  std::span<const std::unique_ptr<GeocodeService>> all() const { return services_; }
  // How messages call them: their URL without user and password.
  const std::string& shown() const { return shown_; }
  i64 requests() const;

 private:
  std::string shown_;
  std::unique_ptr<store::HttpClient> client_;
  std::unique_ptr<Pace> pace_;
  std::vector<std::unique_ptr<GeocodeService>> services_;
};

}  // namespace weir::courts
