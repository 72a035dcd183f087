// The step of geocoding, between the spool of a run and its promotion: finds out what is to be
// known of staged addresses, and never looks at production beyond the records of the run.
//
//   results that production has for the same rows -> addresses without one -> services, in batches
//   -> LateGeocodes, which promotion asks
//
// A table is not asked here but for each row as it is promoted: that is quick, and its results take
// the place of production's, so that they depend on nothing but the table. Without a geocoder rows
// keep what production has for them.
//
// A run that is killed finds the answers of services in the first spool's folder, `geocode.db`.
//
// Threads: from one.
#pragma once

#include <functional>
#include <memory>
#include <stop_token>
#include <vector>

#include "weir/jobs/courts/geocode_late.h"
#include "weir/jobs/courts/geocoder.h"
#include "weir/spool/spool.h"
#include "weir/target/target.h"

namespace weir::courts {

struct GeocodeStepOptions {
  // Of the step, which has it to itself. Of what it finds at most a quarter is held afterwards.
  i64 memory_bytes = 64 * MiB;
  std::stop_token stop;
  // Addresses that services were asked for, of so many.
  std::function<void(i64 done, i64 all)> progress;
};

struct GeocodeReport {
  i64 kept = 0;       // results that production has for rows of the run's records
  i64 addresses = 0;  // that services were to be asked for, in this run or before it was killed
  i64 answered = 0;   // of these
  i64 requests = 0;   // in this process, repeated ones too
};

// `geocoder` outlives what is returned. Services that do not answer are no error: their addresses
// stay without a result, and the report tells how many.
// Errors: those of spools and production; io; budget; cancelled.
Result<std::unique_ptr<LateGeocodes>> find_geocodes(const GeocodeColumns& columns,
                                                    const Tables& tables,
                                                    const std::vector<spool::Spool*>& spools,
                                                    target::Target& production, Geocoder& geocoder,
                                                    const GeocodeStepOptions& options,
                                                    GeocodeReport& report);

}  // namespace weir::courts
