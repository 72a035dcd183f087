// What keeps a database of cases in order beside loads: purge, export, cut-over, backfill.
//
// Threads: one at a time.
#pragma once

#include <string>
#include <vector>

#include "weir/jobs/courts/csv_export.h"
#include "weir/jobs/courts/geocode_backfill.h"

namespace weir::courts {

struct PurgedTable {
  std::string name;
  i64 rows = 0;
};
// Removes what oca_metadata says was deleted; also of tables that other tools have filled.
// Errors: usage  the target is no database;  those of DatabaseTarget::purge.
Result<std::vector<PurgedTable>> purge(const std::string& url, i64 memory_bytes);

// Errors: those of CsvExport.
Result<void> export_csv(const std::string& url, const CsvExportOptions& options, i64 memory_bytes);

// Puts schema `from` in the place of the target's own, which is kept as `archive`; empty:
// archive_YYYYMMDD. Returns the name of the archive.
// Errors: usage  the target is no database;  those of DatabaseTarget::cut_over.
Result<std::string> cut_over(const std::string& url, const std::string& from,
                             const std::string& archive);

struct GeocodeOptions {
  GeocoderOptions geocoder;  // folders and memory are those of the backfill
  BackfillOptions backfill;  // an empty folder: beside the target, and removed at the end
};
// `report` is right also where an error ends it. Errors: those of Geocoder::open and
// backfill_geocodes.
Result<void> backfill(const std::string& url, const GeocodeOptions& options,
                      BackfillReport& report);

}  // namespace weir::courts
