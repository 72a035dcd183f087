#include "weir/target/sqlite_keyed_rows.h"

#include <fmt/format.h>

#include "weir/target/sqlite_schema.h"

namespace weir::target {
namespace {

// "?1, ?2, ?3"
std::string parameters(std::size_t count) {
  std::string list;
  for (std::size_t i = 1; i <= count; ++i) list += fmt::format("{}?{}", i == 1 ? "" : ", ", i);
  return list;
}

}  // namespace

Result<KeyedRows> KeyedRows::prepare(db::Connection& connection, const Tables& tables, i32 table) {
  KeyedRows made(connection, tables, table);
  WEIR_TRY(made.prepare_statements());
  return made;
}

Result<void> KeyedRows::prepare_statements() {
  const Table& table = tables_->tables[static_cast<std::size_t>(table_)];
  const std::string name = db::quote_name(table.name);
  // Lookups and histories have nothing from above, so that a surrogate stands first.
  WEIR_ASSERT(table.surrogate() <= 0);
  has_surrogate_ = table.surrogate() == 0;
  const i32 before_values = has_surrogate_ ? 1 : 0;

  std::string policies;
  std::string assignments;
  for (i32 i = 0; i < static_cast<i32>(table.columns.size()); ++i) {
    const TableColumn& column = table.columns[static_cast<std::size_t>(i)];
    if (column.source == ColumnSource::lookup_ref)
      links_.emplace_back(column.table, static_cast<std::size_t>(i - before_values));
    if (column.policy == MergePolicy::none) continue;
    policies_.push_back({&column, i - before_values});
    policies += ", " + db::quote_name(column.name);
    assignments += fmt::format("{}{} = ?{}", assignments.empty() ? "" : ", ",
                               db::quote_name(column.name), policies_.size() + 1);
  }
  for (const i32 column : table.key) key_.push_back(column - before_values);

  WEIR_ASSIGN(find_, connection_->prepare(fmt::format("SELECT rowid{} FROM {} WHERE {}", policies,
                                                      name, match_all(table, table.key))));
  WEIR_ASSIGN(insert_, connection_->prepare(fmt::format("INSERT INTO {} VALUES ({})", name,
                                                        parameters(table.columns.size()))));
  if (!policies_.empty()) {
    WEIR_ASSIGN(update_, connection_->prepare(
                             fmt::format("UPDATE {} SET {} WHERE rowid = ?1", name, assignments)));
  }
  return {};
}

Result<i64> KeyedRows::merge(const std::vector<SqlValue>& row, RowNumbers& numbers, bool is_new,
                             LookupUses& uses) {
  if (is_new) return insert(row, numbers, uses);
  for (std::size_t i = 0; i < key_.size(); ++i)
    bind_value(find_, static_cast<i32>(i) + 1, row[static_cast<std::size_t>(key_[i])]);
  WEIR_ASSIGN(const bool found, find_.step());
  if (!found) return insert(row, numbers, uses);

  const i64 number = find_.column_i64(0);
  std::vector<SqlValue> stored;
  for (std::size_t i = 0; i < policies_.size(); ++i)
    stored.push_back(read_value(find_, static_cast<i32>(i) + 1));
  find_.reset();
  WEIR_TRY(update(number, row, std::move(stored), uses));
  return number;
}

Result<i64> KeyedRows::insert(const std::vector<SqlValue>& row, RowNumbers& numbers,
                              LookupUses& uses) {
  const i64 number = has_surrogate_ ? numbers.next(table_) : 0;
  for (const auto& [lookup, position] : links_)
    if (!row[position].is_null()) uses.used(lookup, row[position].integer);
  if (has_surrogate_) insert_.bind(1, number);
  for (std::size_t i = 0; i < row.size(); ++i)
    bind_value(insert_, static_cast<i32>(i) + (has_surrogate_ ? 2 : 1), row[i]);
  WEIR_TRY(insert_.run());
  return has_surrogate_ ? number : connection_->last_insert_rowid();
}

Result<void> KeyedRows::update(i64 number, const std::vector<SqlValue>& row,
                               std::vector<SqlValue> stored, LookupUses& uses) {
  bool changed = false;
  for (std::size_t i = 0; i < policies_.size(); ++i) {
    const SqlValue before = stored[i];
    WEIR_ASSIGN(const bool better, take_better(policies_[i], row, stored[i]));
    changed = changed || better;
    const TableColumn& column = *policies_[i].column;
    if (!better || column.source != ColumnSource::lookup_ref) continue;
    if (!before.is_null()) uses.lost(column.table, before.integer);
    uses.used(column.table, stored[i].integer);
  }
  if (!changed) return {};
  update_.bind(1, number);
  for (std::size_t i = 0; i < stored.size(); ++i)
    bind_value(update_, static_cast<i32>(i) + 2, stored[i]);
  return update_.run();
}

Result<void> KeyedRows::fold(const std::vector<SqlValue>& row, std::vector<SqlValue>& into) {
  for (const Policy& policy : policies_)
    WEIR_TRY(take_better(policy, row, into[static_cast<std::size_t>(policy.position)]));
  return {};
}

// Replaces `held` by the row's value where the policy prefers that.
Result<bool> KeyedRows::take_better(const Policy& policy, const std::vector<SqlValue>& row,
                                    SqlValue& held) {
  const SqlValue& value = row[static_cast<std::size_t>(policy.position)];
  WEIR_ASSIGN(const bool better, wins(policy, value, held));
  if (better) held = value;
  return better;
}

Result<bool> KeyedRows::wins(const Policy& policy, const SqlValue& value, const SqlValue& stored) {
  if (value.is_null()) return false;
  if (stored.is_null()) return true;
  const TableColumn& column = *policy.column;
  auto order = compare_stored(column.type, value, stored);
  if (column.source == ColumnSource::lookup_ref && value.integer != stored.integer) {
    WEIR_ASSIGN(order, compare_links(column.table, value.integer, stored.integer));
  }
  return column.policy == MergePolicy::min ? order < 0 : order > 0;
}

// Ids say nothing: rows of lookups follow one another by their keys.
Result<std::strong_ordering> KeyedRows::compare_links(i32 lookup, i64 a, i64 b) {
  const Table& table = tables_->tables[static_cast<std::size_t>(lookup)];
  WEIR_ASSIGN(auto select, connection_->prepare(fmt::format("SELECT {} FROM {} WHERE rowid = ?",
                                                            column_list(table, table.key),
                                                            db::quote_name(table.name))));
  std::vector<SqlValue> keys[2];
  for (const i32 side : {0, 1}) {
    select.bind(1, side == 0 ? a : b);
    WEIR_ASSIGN(const bool found, select.step());
    if (!found)
      return Error(ErrorCode::corrupt, fmt::format("{}: table {} lacks a row that is linked to",
                                                   connection_->file(), table.name));
    for (i32 i = 0; i < select.column_count(); ++i) keys[side].push_back(read_value(select, i));
    select.reset();
  }
  for (std::size_t i = 0; i < keys[0].size(); ++i) {
    const TableColumn& column = table.columns[static_cast<std::size_t>(table.key[i])];
    const SqlValue& x = keys[0][i];
    const SqlValue& y = keys[1][i];
    auto order = std::strong_ordering::equal;
    if (x.is_null() || y.is_null()) {
      order = y.is_null() <=> x.is_null();  // null is least
    } else if (column.source != ColumnSource::lookup_ref) {
      order = compare_stored(column.type, x, y);
    } else if (x.integer != y.integer) {
      WEIR_ASSIGN(order, compare_links(column.table, x.integer, y.integer));
    }
    if (order != 0) return order;
  }
  return std::strong_ordering::equal;
}

}  // namespace weir::target
