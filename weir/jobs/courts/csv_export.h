// The tables as a plain folder of CSV files, TABLE.csv each, in the forms of
// weir/format/csv_writer.
//
// `oca_addresses.csv` is public: indexnumberid, city, state and postal code. The table as it is
// goes to `oca_addresses_private.csv`.
//
// Threads: one at a time.
#pragma once

#include <optional>
#include <string>

#include "weir/target/plain_folder.h"
#include "weir/target/target.h"

namespace weir::courts {

struct CsvExportOptions {
  std::string folder;
  bool public_only = false;  // without oca_addresses_private.csv
};

class CsvExport {
 public:
  // Errors: those of target::PlainFolder::open.
  static Result<CsvExport> open(const CsvExportOptions& options);

  // Writes all rows that `target` has now, where nobody looks for them yet.
  // Errors: not_found  no run has finished; io; those of the target.
  Result<void> write(target::Target& target);
  // Puts what was written in the place of the folder. Where nothing was, because there was nothing
  // to load or a process was killed before this, and the folder is not of the newest run, it is
  // written first.
  Result<void> publish(target::Target& target);
  // Takes away what was written and is not published.
  Result<void> abandon() { return folder_.abandon(); }

 private:
  CsvExport(CsvExportOptions options, target::PlainFolder folder)
      : options_(std::move(options)), folder_(std::move(folder)) {}

  CsvExportOptions options_;
  target::PlainFolder folder_;
  std::optional<std::string> written_;  // the run of which the new version is
};

}  // namespace weir::courts
