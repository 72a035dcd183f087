#include "weir/spool/merged_rows.h"

#include <fmt/format.h>

#include "weir/base/bytes.h"
#include "weir/spool/big_endian.h"
#include "weir/spool/encoded_row.h"

namespace weir::spool {
namespace {

const std::string null_value(1, '\0');
constexpr std::size_t tail_bytes = 8 + 4;  // number, size of the key

// True where `value`, which is not null, takes the place of `held`.
bool takes_place(MergePolicy policy, std::string_view value, std::string_view held) {
  if (held == null_value) return true;
  if (policy == MergePolicy::none) return false;
  return policy == MergePolicy::min ? value < held : value > held;
}

}  // namespace

// key | 0 where it is known, else 1 | columns | number u64 | key's size u32. Of encodings none
// begins another, so that the bytes order by key first.
Result<void> MergedRows::add(std::string_view key, const std::vector<std::string>& columns,
                             bool is_known, i64 number) {
  WEIR_ASSERT(columns.size() == policies_.size());
  bytes_.assign(key);
  bytes_.push_back(is_known ? 0 : 1);
  append_columns(columns, bytes_);
  append_u64(static_cast<u64>(number), bytes_);
  append_u32(static_cast<u32>(key.size()), bytes_);
  return sort_.add(bytes_);
}

Result<void> MergedRows::finish() {
  WEIR_TRY(sort_.finish());
  return next_entry();
}

Result<void> MergedRows::next_entry() {
  std::string_view bytes;
  WEIR_ASSIGN(has_entry_, sort_.next(bytes));
  if (!has_entry_) return {};
  const std::string_view tail = bytes.substr(bytes.size() - tail_bytes);
  const std::size_t key_bytes = read_u32(tail.substr(8));
  entry_ = {.key = bytes.substr(0, key_bytes),
            .is_known = bytes[key_bytes] == 0,
            .columns = bytes.substr(key_bytes + 1, bytes.size() - tail_bytes - key_bytes - 1),
            .number = static_cast<i64>(read_u64(tail))};
  return {};
}

Result<bool> MergedRows::next(Row& row, const std::function<Result<void>(i64 number)>& each) {
  if (!has_entry_) return false;
  row.key = entry_.key;
  row.is_known = entry_.is_known;
  row.number = entry_.is_known ? entry_.number : 0;
  row.columns.assign(policies_.size(), null_value);
  bool is_first = true;
  do {
    if (entry_.is_known && !is_first)
      return Error(ErrorCode::corrupt,
                   fmt::format("two rows have the key {} (encoded)", to_hex(row.key)));
    take_columns(entry_.columns, row);
    if (!entry_.is_known) WEIR_TRY(each(entry_.number));
    is_first = false;
    WEIR_TRY(next_entry());
  } while (has_entry_ && entry_.key == row.key);
  return true;
}

void MergedRows::take_columns(std::string_view columns, Row& row) const {
  for (std::size_t i = 0; i < policies_.size(); ++i) {
    const std::string_view value = take_column(columns);
    if (value != null_value && takes_place(policies_[i], value, row.columns[i]))
      row.columns[i] = value;
  }
}

std::vector<i32> batch_positions(const Tables& tables, i32 table) {
  const auto& columns = tables.tables[static_cast<std::size_t>(table)].columns;
  const auto in_batch = [](const TableColumn& column) {
    return column.source == ColumnSource::stored || column.source == ColumnSource::lookup_ref;
  };
  // What a batch has besides stands in front.
  auto next = static_cast<i32>(tables.batch_schema(table).fields.size());
  for (const TableColumn& column : columns) next -= in_batch(column) ? 1 : 0;
  std::vector<i32> positions;
  for (const TableColumn& column : columns) positions.push_back(in_batch(column) ? next++ : -1);
  return positions;
}

}  // namespace weir::spool
