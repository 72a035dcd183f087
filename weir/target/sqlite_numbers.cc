#include "weir/target/sqlite_numbers.h"

namespace weir::target {

Result<void> RowNumbers::load(db::Connection& connection, const Tables& tables) {
  last_.assign(tables.tables.size(), 0);
  WEIR_ASSIGN(auto select, connection.prepare("SELECT table_name, last FROM weir_surrogate"));
  for (;;) {
    WEIR_ASSIGN(const bool row, select.step());
    if (!row) break;
    const i64 table = tables.find(select.column_text(0));
    if (table >= 0) last_[static_cast<std::size_t>(table)] = select.column_i64(1);
  }
  stored_ = last_;
  return {};
}

Result<void> RowNumbers::store(db::Connection& connection, const Tables& tables) {
  for (std::size_t table = 0; table < last_.size(); ++table) {
    if (last_[table] == stored_[table]) continue;
    WEIR_ASSIGN(auto put,
                connection.prepare("INSERT OR REPLACE INTO weir_surrogate VALUES (?, ?)"));
    put.bind(1, tables.tables[table].name);
    put.bind(2, last_[table]);
    WEIR_TRY(put.run());
  }
  stored_ = last_;
  return {};
}

}  // namespace weir::target
