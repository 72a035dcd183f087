#include "weir/target/record_keys.h"

#include <algorithm>

namespace weir::target {
namespace {

const Table& at(const Tables& tables, i32 table) {
  return tables.tables[static_cast<std::size_t>(table)];
}

i32 record_table(const Tables& tables, i32 table) {
  return tables.entities[static_cast<std::size_t>(at(tables, table).entity)].record_table;
}

}  // namespace

std::vector<i32> record_key_columns(const Tables& tables, i32 table) {
  const Table& rows = at(tables, table);
  if (rows.kind != TableKind::child) return rows.key;
  std::vector<i32> columns;
  for (i32 part : at(tables, record_table(tables, table)).key) {
    const auto found = std::ranges::find_if(rows.columns, [&](const TableColumn& column) {
      return column.source == ColumnSource::record_key && column.index == part;
    });
    if (found == rows.columns.end()) return {};
    columns.push_back(static_cast<i32>(found - rows.columns.begin()));
  }
  return columns;
}

i32 record_id_column(const Tables& tables, i32 table) {
  const Table& rows = at(tables, table);
  if (rows.kind != TableKind::child) return -1;
  const i32 record = record_table(tables, table);
  const auto found = std::ranges::find_if(rows.columns, [&](const TableColumn& column) {
    return column.source == ColumnSource::parent_id && column.table == record;
  });
  return found == rows.columns.end() ? -1 : static_cast<i32>(found - rows.columns.begin());
}

}  // namespace weir::target
