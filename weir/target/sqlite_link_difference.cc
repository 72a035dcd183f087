#include "weir/target/sqlite_link_difference.h"

#include <fmt/format.h>

#include <algorithm>

#include "weir/target/sqlite_schema.h"

namespace weir::target {
namespace {

// A value as bytes: equal bytes, equal values.
void encode(const SqlValue& value, std::string& out) {
  out.push_back(static_cast<char>(value.type));
  const auto append = [&](const auto& number) {
    out.append(reinterpret_cast<const char*>(&number), sizeof number);
  };
  switch (value.type) {
    case db::ValueType::integer:
      return append(value.integer);
    case db::ValueType::real:
      return append(value.real);
    case db::ValueType::text:
    case db::ValueType::blob:
      append(value.text.size());
      out += value.text;
      return;
    case db::ValueType::null:
      return;
  }
}

// The column of `table` that holds the surrogate of its record, or -1.
i32 record_column(const Tables& tables, i32 table) {
  const Table& rows = tables.tables[static_cast<std::size_t>(table)];
  const i32 record = tables.entities[static_cast<std::size_t>(rows.entity)].record_table;
  for (std::size_t i = 0; i < rows.columns.size(); ++i)
    if (rows.columns[i].source == ColumnSource::parent_id && rows.columns[i].table == record)
      return static_cast<i32>(i);
  return -1;
}

}  // namespace

bool LinkDifference::serves(const Tables& tables, i32 table) {
  const Table& rows = tables.tables[static_cast<std::size_t>(table)];
  return rows.kind == TableKind::child && rows.surrogate() < 0 &&
         rows.parent == tables.entities[static_cast<std::size_t>(rows.entity)].record_table &&
         record_column(tables, table) >= 0;
}

Result<LinkDifference> LinkDifference::prepare(db::Connection& connection, const Tables& tables,
                                               i32 table, const std::string& old_records) {
  const Table& rows = tables.tables[static_cast<std::size_t>(table)];
  const std::string name = db::quote_name(rows.name);
  const std::vector<i32> key = row_key(tables, table);
  LinkDifference made;
  made.first_ = key.empty() ? 1 : 0;
  made.columns_ = rows.columns.size();
  made.record_ = static_cast<std::size_t>(record_column(tables, table));
  made.known_by_ = key.empty() ? std::vector<i32>{0} : key;
  for (std::size_t i = 0; i < rows.columns.size(); ++i)
    if (rows.columns[i].source == ColumnSource::lookup_ref)
      made.links_.emplace_back(static_cast<i32>(i) + made.first_, rows.columns[i].table);

  const std::string record = db::quote_name(rows.columns[made.record_].name);
  WEIR_ASSIGN(made.stored_, connection.prepare(fmt::format(
                                "SELECT {}* FROM {} WHERE {} IN (SELECT c0 FROM {})",
                                key.empty() ? "rowid, " : "", name, record, old_records)));
  made.gone_ = std::make_unique<Removed>();
  made.gone_->columns.resize(made.known_by_.size());
  const std::string gone = fmt::format("weir_gone_rows_{}", table);
  WEIR_TRY(
      attach_rows(connection, gone, static_cast<i32>(made.known_by_.size()), made.gone_->source));
  const std::string condition =
      key.empty() ? fmt::format("rowid IN (SELECT c0 FROM {})", gone)
                  : fmt::format("({}) IN (SELECT c0, c1 FROM {})", column_list(rows, key), gone);
  WEIR_ASSIGN(made.remove_,
              connection.prepare(fmt::format("DELETE FROM {} WHERE {}", name, condition)));
  return made;
}

Result<void> LinkDifference::settle(const RowSource& source, const std::vector<i64>& old,
                                    std::vector<i32>& selected, LookupUses& uses) {
  NewRows rows = collect(source, old, selected);
  for (std::vector<SqlValue>& column : gone_->columns) column.clear();
  std::vector<i32> kept;
  WEIR_TRY(compare(rows, kept, uses));
  std::ranges::sort(kept);
  std::erase_if(selected, [&](i32 row) { return std::ranges::binary_search(kept, row); });
  if (gone_->columns.front().empty()) return {};
  gone_->source.rows = std::ssize(gone_->columns.front());
  gone_->source.columns.clear();
  for (const std::vector<SqlValue>& column : gone_->columns)
    gone_->source.columns.push_back({.stored = column.data()});
  removed_ += gone_->source.rows;
  return remove_.run();
}

// The rows of old records that are to be written, by what they hold.
LinkDifference::NewRows LinkDifference::collect(const RowSource& source,
                                                const std::vector<i64>& old,
                                                const std::vector<i32>& selected) {
  NewRows rows;
  for (const i32 row : selected) {
    value_of(source, record_, row, value_);
    if (!std::ranges::binary_search(old, value_.integer)) continue;
    encoded_.clear();
    for (std::size_t i = 0; i < columns_; ++i) {
      value_of(source, i, row, value_);
      encode(value_, encoded_);
    }
    rows[encoded_].push_back(row);
  }
  return rows;
}

Result<void> LinkDifference::compare(NewRows& rows, std::vector<i32>& kept, LookupUses& uses) {
  for (;;) {
    WEIR_ASSIGN(const bool more, stored_.step());
    if (!more) return {};
    encoded_.clear();
    for (std::size_t i = 0; i < columns_; ++i)
      encode(read_value(stored_, static_cast<i32>(i) + first_), encoded_);
    const auto same = rows.find(encoded_);
    if (same == rows.end() || same->second.empty()) {
      take_out(uses);
      continue;
    }
    kept.push_back(same->second.back());
    same->second.pop_back();
  }
}

// The stored row at which the statement stands.
void LinkDifference::take_out(LookupUses& uses) {
  for (std::size_t i = 0; i < known_by_.size(); ++i)
    gone_->columns[i].push_back(read_value(stored_, known_by_[i]));
  for (const auto& [column, lookup] : links_)
    if (const i64 id = stored_.column_i64(column); id != 0) uses.lost(lookup, id);
}

}  // namespace weir::target
