#include "weir/spool/good_lookup_rows.h"

#include "weir/spool/merged_rows.h"

namespace weir::spool {
namespace {

struct Link {
  i32 position = 0;  // in the batch
  i32 lookup = 0;
};

std::vector<Link> links_of(const Tables& tables, i32 table) {
  const auto& columns = tables.tables[static_cast<std::size_t>(table)].columns;
  const std::vector<i32> positions = batch_positions(tables, table);
  std::vector<Link> links;
  for (std::size_t i = 0; i < columns.size(); ++i)
    if (columns[i].source == ColumnSource::lookup_ref)
      links.push_back({positions[i], columns[i].table});
  return links;
}

}  // namespace

Result<GoodLookupRows> GoodLookupRows::of(const Tables& tables, BlockReader& blocks, i64 part,
                                          const FailedInputs& failed) {
  GoodLookupRows made;
  if (!failed.any()) return made;
  WEIR_ASSIGN(const Batch records, blocks.records(part));
  std::vector<bool> good;
  for (i64 row = 0; row < records.rows; ++row) {
    good.push_back(!failed.contains(records.columns[record_input].at<i32>(row)));
    made.all_ = made.all_ && good.back();
  }
  if (made.all_) return made;

  made.good_.resize(tables.tables.size());
  // From the last table to the first: lookups come after all that links to them.
  for (auto i = static_cast<i32>(tables.tables.size()) - 1; i >= 0; --i) {
    const bool is_lookup = tables.tables[static_cast<std::size_t>(i)].kind == TableKind::lookup;
    const std::vector<Link> links = links_of(tables, i);
    if (!is_lookup && links.empty()) continue;
    WEIR_ASSIGN(const Batch batch, blocks.table(part, i));
    auto& own = made.good_[static_cast<std::size_t>(i)];
    if (is_lookup) own.resize(static_cast<std::size_t>(batch.rows));
    for (i64 row = 0; row < batch.rows; ++row) {
      const bool counts = is_lookup ? own[static_cast<std::size_t>(row)]
                                    : good[static_cast<std::size_t>(batch.columns[0].at<i32>(row))];
      if (!counts) continue;
      for (const Link& link : links) {
        const Column& column = batch.columns[static_cast<std::size_t>(link.position)];
        if (column.is_null(row)) continue;
        auto& linked = made.good_[static_cast<std::size_t>(link.lookup)];
        const auto at = static_cast<std::size_t>(column.at<i32>(row));
        linked.resize(std::max(linked.size(), at + 1));
        linked[at] = true;
      }
    }
  }
  return made;
}

}  // namespace weir::spool
