// LateGeocodes: the columns of geocoding, filled in while rows are promoted.
//
// A row without a street gets nothing. Another one gets the first of: the result that production
// has for the same row of the same record; that of the table or of the services for its address;
// nothing. So what a row gets depends on nothing but these, in whatever order rows come.
//
// Threads: those of target::LateColumns.
#pragma once

#include <atomic>
#include <memory>
#include <optional>

#include "weir/jobs/courts/geocode_columns.h"
#include "weir/jobs/courts/geocode_file.h"
#include "weir/jobs/courts/geocode_table.h"
#include "weir/target/late_columns.h"

namespace weir::courts {

// Where results come from; each may be absent.
struct GeocodeSources {
  std::optional<ResultFile> kept;       // by GeocodeColumns::encode_key
  const GeocodeTable* table = nullptr;  // outlives what uses it
  std::optional<ResultFile> answers;    // by encode_address
};

// Rows that were filled.
struct GeocodeCounts {
  i64 kept = 0;            // with production's result
  i64 found = 0;           // with a place
  i64 no_match = 0;        // with a result that has none
  i64 without_result = 0;  // nothing is known of the address
  i64 without_street = 0;
};

class LateGeocodes final : public target::LateColumns {
 public:
  LateGeocodes(GeocodeColumns columns, const Tables& tables, GeocodeSources sources);

  bool fills(i32 table) const override { return table == columns_.table; }
  std::unique_ptr<target::LateFiller> filler(flow::Arena& arena) override;

  // So far. From any thread.
  GeocodeCounts counts() const;

 private:
  class Filler;
  void count(const GeocodeCounts& counts);

  GeocodeColumns columns_;
  Schema late_;                    // of the columns that are filled: results, points
  std::vector<i32> late_columns_;  // where they are in the table
  GeocodeSources sources_;
  std::atomic<i64> kept_ = 0, found_ = 0, no_match_ = 0, without_result_ = 0, without_street_ = 0;
};

}  // namespace weir::courts
