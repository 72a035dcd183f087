// The relational model of a declaration: which tables there are, and which columns in which order.
//
// Columns stand in the order that docs/guide/declaration.md, "Columns", gives: from above, own
// surrogate, fields as declared. A lookup has its surrogate, the parts of its key, further columns.
// A key of child rows is told in Table::key only where each of its fields is a column.
//
// Threads: pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "weir/base/result.h"
#include "weir/base/tables.h"
#include "weir/extract/declaration.h"

namespace weir::extract {

struct ColumnPosition {
  i32 table = -1;   // of Tables
  i32 column = -1;  // of its columns
  friend bool operator==(const ColumnPosition&, const ColumnPosition&) = default;
};

// The tables of a declaration: lookups in the order of their dependencies, then for each entity the
// record, its child tables and its history. Columns that `profile` blanks are never required.
// Names that a declaration with problems does not explain are left out.
Tables tables_of(const Declaration& declaration, std::string_view profile = {});

// The columns that a profile leaves null; none for the empty name.
// Errors: usage  no profile is called so.
Result<std::vector<ColumnPosition>> blank_columns(const Declaration& declaration,
                                                  const Tables& tables, std::string_view profile);

// The column of a field: FIELD_id for a link.
std::string column_name(const FieldDecl& field);
// All fields of a lookup in the order of its columns; key parts that are not declared are strings.
std::vector<FieldDecl> lookup_fields(const LookupDecl& lookup);

}  // namespace weir::extract
