// The tables as a plain folder of CSV files, TABLE.csv each, in the forms of
// weir/format/csv_writer.
//
// `oca_addresses.csv` is public: indexnumberid, city, state and postal code. The table as it is
// goes to `oca_addresses_private.csv`.
//
// Threads: one at a time.
#pragma once

#include <memory>
#include <string>

#include "weir/target/export_place.h"
#include "weir/target/target.h"

namespace weir::courts {

struct CsvExportOptions {
  std::string folder;           // or s3://BUCKET/PREFIX
  i64 memory_bytes = 64 * MiB;  // of uploads
  bool public_only = false;     // without oca_addresses_private.csv
};

class CsvExport {
 public:
  // Errors: those of target::ExportPlace::open.
  static Result<CsvExport> open(const CsvExportOptions& options);

  // Writes all rows that `target` has now, where nobody looks for them yet.
  // Errors: not_found  no run has finished; io; those of the target.
  Result<void> write(target::Target& target);
  // Puts what was written in the place of what is there. Where nothing was, because there was
  // nothing to load or a process was killed before this, and the place is not of the newest run, it
  // is written first.
  Result<void> publish(target::Target& target);
  // Takes away what was written and is not published.
  Result<void> abandon() { return place_->abandon(); }

 private:
  CsvExport(CsvExportOptions options, std::unique_ptr<target::ExportPlace> place)
      : options_(std::move(options)), place_(std::move(place)) {}

  CsvExportOptions options_;
  std::unique_ptr<target::ExportPlace> place_;
  bool is_written_ = false;  // and not published
};

}  // namespace weir::courts
