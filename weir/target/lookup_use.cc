#include "weir/target/lookup_use.h"

namespace weir::target {

LookupUse::LookupUse(const Tables& tables, std::span<const i64> last_ids) : tables_(tables) {
  for (std::size_t i = 0; i < tables.tables.size(); ++i) {
    const bool may_go = tables.tables[i].kind == TableKind::lookup && !tables.tables[i].keep;
    used_.emplace_back(may_go ? static_cast<std::size_t>(last_ids[i] / 8 + 1) : 0);
  }
}

std::vector<LookupUse::Link> LookupUse::links(i32 table) const {
  const auto& columns = tables_.tables[static_cast<std::size_t>(table)].columns;
  std::vector<Link> links;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const bool is_link = columns[i].source == ColumnSource::lookup_ref;
    if (is_link && !used_[static_cast<std::size_t>(columns[i].table)].empty())
      links.push_back({static_cast<i32>(i), columns[i].table});
  }
  return links;
}

void LookupUse::mark(i32 table, std::span<const Column> ids) {
  const std::vector<Link> links = this->links(table);
  for (std::size_t i = 0; i < links.size(); ++i) {
    auto& used = used_[static_cast<std::size_t>(links[i].lookup)];
    for (i64 row = 0; row < ids[i].length; ++row) {
      if (ids[i].is_null(row)) continue;
      const i64 id = ids[i].at<i64>(row);
      const auto bit = static_cast<u8>(1U << (id & 7));
      auto& byte = used[static_cast<std::size_t>(id >> 3)];
      // Most ids are marked already, and threads then only read the byte.
      if ((byte.load(std::memory_order_relaxed) & bit) == 0)
        byte.fetch_or(bit, std::memory_order_relaxed);
    }
  }
}

void LookupUse::mark_rows(i32 table, const Batch& rows) {
  std::vector<Column> ids;
  for (const Link& link : links(table))
    ids.push_back(rows.columns[static_cast<std::size_t>(link.column)]);
  mark(table, ids);
}

bool LookupUse::uses(i32 lookup, i64 id) const {
  const auto& used = used_[static_cast<std::size_t>(lookup)];
  if (used.empty()) return true;
  return ((used[static_cast<std::size_t>(id >> 3)].load(std::memory_order_relaxed) >> (id & 7)) &
          1) != 0;
}

}  // namespace weir::target
