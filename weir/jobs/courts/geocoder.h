// Geocoder: what `--geocoder` names: a table, which answers at once, or services, which are asked
// beforehand; or neither.
//
// Threads: those of what it is made of.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "weir/jobs/courts/geocode_book.h"
#include "weir/jobs/courts/geocode_service.h"
#include "weir/jobs/courts/geocode_table.h"

namespace weir::courts {

struct GeocoderOptions {
  std::string geocoder;          // a CSV file, or an http:// or https:// URL; empty: none
  std::string token;             // for services, see below
  i64 rate = 0;                  // requests a second; 0: no limit
  i64 timeout_s = 60;            // of a request without a byte
  std::filesystem::path folder;  // of a table's scratch files
  std::filesystem::path kept;    // of large tables, which the next run finds; see geocode_table.h
  i64 memory_bytes = 64 * MiB;   // of a table, while it is made and while it is used
};

// WEIR_GEOCODER_TOKEN, or empty. A token is no option, as command lines can be seen by others.
std::string geocoder_token_of_environment();

struct Geocoder {
  std::optional<GeocodeTable> table;
  std::optional<GeocodeServices> services;

  // Errors: those of GeocodeTable::open and GeocodeServices::open.
  static Result<Geocoder> open(const GeocoderOptions& options);

  // What can be said of it before hours of reading: whether the table is one, but for repeated
  // keys, and the services can be asked. Errors: those of `open`.
  static Result<void> check(const GeocoderOptions& options);

  bool is_there() const { return table || services; }
  AddressBook::Asked asked() const;
};

}  // namespace weir::courts
