// GeocodeTable: an offline geocoder, a CSV file of results by key.
//
// Its first column is `key`, and the others have the names of a result's columns, in any order;
// further ones are passed over. A key is N(street)|N(city)|postal code (weir/jobs/courts/address.h)
// and stands in one row; further rows that say the same are passed over. White space only is null.
//
// The table is read once and made into a ResultFile. One that is large beside the memory is kept in
// a folder, by the hash of the table's content, so that the next run finds it.
//
// Threads: `find` from any.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "weir/base/byte_stream.h"
#include "weir/jobs/courts/address.h"
#include "weir/jobs/courts/geocode_file.h"

namespace weir::courts {

struct TableOptions {
  std::filesystem::path folder;  // of scratch files; made where it is missing
  std::filesystem::path kept;    // of tables that are kept, made when one is; empty: `folder`
  i64 memory_bytes = 64 * MiB;   // at work and afterwards
};

class GeocodeTable {
 public:
  // Errors: not_found, io  the file;  corrupt  no such table: line, column, what is wrong with it
  // (two rows of a key that differ too);  conflict  it changed meanwhile;  budget.
  static Result<GeocodeTable> open(const std::filesystem::path& csv, const TableOptions& options);

  i64 rows() const { return results_.rows(); }

  // What a look-up needs beside the table.
  struct Room {
    std::string key, bytes;
  };
  // The encoded result of an address with a street; nothing where the table has none. It lies in
  // `room` or the table.
  Result<std::optional<std::string_view>> find(const Address& address, Room& room) const;

 private:
  explicit GeocodeTable(ResultFile results) : results_(std::move(results)) {}

  ResultFile results_;
};

// Gives the rows of such a CSV file, as bytes come, to `sink`: key, line, encoded result.
// Errors: corrupt  as above, without the file's name; those of `stream` and `sink`.
Result<void> read_geocode_table(ByteStream& stream,
                                const std::function<Result<void>(std::string_view key, i64 line,
                                                                 std::string_view result)>& sink);

}  // namespace weir::courts
