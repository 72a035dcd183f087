// Backfill: production rows without a result are geocoded, in batches.
//
// A batch of addresses is asked for, and all rows with these addresses get their results in
// transactions of their own. A backfill that was stopped goes on with the rows that are left when
// it is started again.
//
// Threads: from one.
#pragma once

#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>

#include "weir/extract/declaration.h"
#include "weir/jobs/courts/geocoder.h"
#include "weir/target/target.h"

namespace weir::courts {

struct BackfillOptions {
  std::string status;  // rows with this status; empty: rows with a street and without a status
  i64 limit = 0;       // addresses; 0: all
  std::filesystem::path folder;  // for what is noted meanwhile; made where it is missing
  i64 memory_bytes = 64 * MiB;
  i64 batch = 2'500;  // addresses
  std::stop_token stop;
  std::function<void(i64 done, i64 all)> progress;
};

// Addresses, but for the last ones.
struct BackfillReport {
  i64 addresses = 0;   // that were to be geocoded
  i64 found = 0;       // with a place now
  i64 no_match = 0;    // with a result that has none
  i64 unanswered = 0;  // as they were
  i64 rows = 0;        // that were changed
  i64 requests = 0;    // to services
};

// `report` is right also where an error ends it.
// Errors: usage  the target is no database, or there is no geocoder;  not_found  it has no such
// table;  io  services answer nothing at all;  those of the target; cancelled.
Result<void> backfill_geocodes(const extract::Declaration& declaration, target::Target& production,
                               Geocoder& geocoder, const BackfillOptions& options,
                               BackfillReport& report);

// Reads `status=VALUE`, as `--where` takes it. Errors: usage.
Result<std::string> parse_backfill_where(std::string_view where);

}  // namespace weir::courts
