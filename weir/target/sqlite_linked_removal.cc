#include "weir/target/sqlite_linked_removal.h"

#include <fmt/format.h>

namespace weir::target {

Result<LinkedRemoval> LinkedRemoval::prepare(db::Connection& connection, const Tables& tables,
                                             i32 table, std::string_view condition) {
  LinkedRemoval made;
  const Table& from = tables.tables[static_cast<std::size_t>(table)];
  std::string links;
  for (const TableColumn& column : from.columns) {
    if (column.source != ColumnSource::lookup_ref) continue;
    links += (links.empty() ? " RETURNING " : ", ") + db::quote_name(column.name);
    made.lookups_.push_back(column.table);
  }
  WEIR_ASSIGN(made.remove_,
              connection.prepare(fmt::format("DELETE FROM {} WHERE {}{}", db::quote_name(from.name),
                                             condition, links)));
  return made;
}

Result<void> LinkedRemoval::run(LookupUses& uses) {
  for (;;) {
    WEIR_ASSIGN(const bool row, remove_.step());
    if (!row) return {};
    for (std::size_t i = 0; i < lookups_.size(); ++i)
      if (const i64 id = remove_.column_i64(static_cast<i32>(i)); id != 0)
        uses.lost(lookups_[i], id);
  }
}

}  // namespace weir::target
