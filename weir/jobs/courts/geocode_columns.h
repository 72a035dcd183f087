// GeocodeColumns: which columns of which table a declaration has geocoded: those of its computed
// field of type `geocode`.
//
// Threads: plain values.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "weir/base/tables.h"
#include "weir/extract/declaration.h"
#include "weir/jobs/courts/address.h"
#include "weir/jobs/courts/geocode_result.h"

namespace weir::courts {

// Columns are positions in Tables::stored_schema.
struct GeocodeColumns {
  i32 table = -1;
  std::string name;  // of the table
  i32 street = -1;
  i32 city = -1;
  i32 postal_code = -1;
  i32 state = -1;        // a column called `state`; -1: there is none
  std::vector<i32> key;  // of the record
  std::vector<i32> own;  // texts that the row was read with: while they stay, so does its result
  std::array<i32, result_count> results{};
  std::vector<i32> points;  // made of lon and lat

  // Errors: declaration  no computed field of the type, or fields of it that are no columns;
  // not_found  `tables`, which another declaration gave, have no such table.
  static Result<GeocodeColumns> of(const extract::Declaration& declaration, const Tables& tables);

  // Row `row` of a batch of the stored schema.
  Address address(const Batch& rows, i64 row) const;
  // Puts what makes a row the same as one in production into `out`: its record's key, in its
  // encoding, and its own texts.
  void encode_key(const Batch& rows, i64 row, std::string& out) const;
  void append_own(const Batch& rows, i64 row, std::string& out) const;
};

// What an address is asked for once: its texts in the encoding of keys.
void encode_address(const Address& address, std::string& out);

}  // namespace weir::courts
