#include "weir/verify/digest.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "weir/base/bytes.h"
#include "weir/base/key_encoding.h"

namespace weir::verify {

namespace {

using RowHashes = std::unordered_map<i64, Hash128>;

struct Sum128 {
  u128 value = 0;

  void add(Hash128 hash) { value += (u128{hash.high} << 64) | hash.low; }
  Hash128 hash() const { return {static_cast<u64>(value >> 64), static_cast<u64>(value)}; }
};

void encode_hash(const RowHashes& hashes, i64 number, std::string& out) {
  const auto at = hashes.find(number);
  // A number that stands for nothing differs from any that does.
  if (at == hashes.end()) return encode_text(fmt::format("missing {}", number), out);
  encode_text(to_hex(at->second), out);
}

class Digester {
 public:
  Digester(target::Target& target, const Tables& tables, i64 memory_bytes)
      : target_(target), tables_(tables), memory_bytes_(memory_bytes) {
    hashes_.resize(tables.tables.size());
  }

  Result<TableDigest> table(i32 index);

 private:
  // A child row that has a number: its parent, its number, and the rest of its columns.
  struct NumberedRow {
    Hash128 above;
    i64 number;
    Hash128 rest;
  };

  void encode_column(const TableColumn& column, const Column& values, i64 row);
  Hash128 above_of(const Table& table, const Batch& batch, i64 row);
  Result<void> add_row(i32 index, const Batch& batch, i64 row);
  Result<void> number_rows(i32 index);
  Result<void> remember(i32 index, i64 number, Hash128 hash);
  Result<void> account(i64 bytes);

  target::Target& target_;
  const Tables& tables_;
  const i64 memory_bytes_;
  i64 used_bytes_ = 0;
  std::vector<RowHashes> hashes_;  // of each table: what its numbers stand for
  std::string encoded_;
  std::vector<NumberedRow> numbered_;
  Sum128 sum_;
};

Result<void> Digester::account(i64 bytes) {
  used_bytes_ += bytes;
  if (used_bytes_ <= memory_bytes_) return {};
  return Error(ErrorCode::budget,
               fmt::format("a digest needs more than {} for the numbers of rows; raise --memory",
                           format_size(memory_bytes_)));
}

Result<void> Digester::remember(i32 index, i64 number, Hash128 hash) {
  WEIR_TRY(account(64));  // an entry of the map and its share of the buckets
  hashes_[static_cast<std::size_t>(index)].emplace(number, hash);
  return {};
}

void Digester::encode_column(const TableColumn& column, const Column& values, i64 row) {
  const bool is_number =
      column.source == ColumnSource::parent_id || column.source == ColumnSource::lookup_ref;
  if (is_number && !values.is_null(row))
    encode_hash(hashes_[static_cast<std::size_t>(column.table)], values.at<i64>(row), encoded_);
  else
    encode_key_part(values, row, encoded_);
}

// What a child row lies in: the columns from above that are no fields of its own.
Hash128 Digester::above_of(const Table& table, const Batch& batch, i64 row) {
  encoded_.clear();
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    const ColumnSource source = table.columns[i].source;
    if (source == ColumnSource::record_key || source == ColumnSource::parent_id)
      encode_column(table.columns[i], batch.columns[i], row);
  }
  return hash128(encoded_);
}

Result<void> Digester::add_row(i32 index, const Batch& batch, i64 row) {
  const Table& table = tables_.tables[static_cast<std::size_t>(index)];
  const i32 surrogate = table.surrogate();
  const Hash128 above =
      surrogate >= 0 && table.kind == TableKind::child ? above_of(table, batch, row) : Hash128{};

  encoded_.clear();
  for (std::size_t i = 0; i < table.columns.size(); ++i)
    if (!table.columns[i].volatile_value && static_cast<i32>(i) != surrogate)
      encode_column(table.columns[i], batch.columns[i], row);
  const Hash128 rest = hash128(encoded_);
  if (surrogate < 0) {
    sum_.add(rest);
    return {};
  }
  const i64 number = batch.columns[static_cast<std::size_t>(surrogate)].at<i64>(row);
  if (table.kind == TableKind::child) {
    numbered_.push_back({above, number, rest});
    return account(static_cast<i64>(2 * sizeof(NumberedRow)));
  }
  sum_.add(rest);
  encoded_.clear();
  for (const i32 key : table.key)
    encode_column(table.columns[static_cast<std::size_t>(key)],
                  batch.columns[static_cast<std::size_t>(key)], row);
  return remember(index, number, hash128(encoded_));
}

// Child rows with a number of their own: numbers ascend with the position in the row above.
Result<void> Digester::number_rows(i32 index) {
  std::ranges::sort(numbered_, {},
                    [](const NumberedRow& row) { return std::pair(row.above, row.number); });
  i64 position = 0;
  for (std::size_t i = 0; i < numbered_.size(); ++i) {
    position = i > 0 && numbered_[i].above == numbered_[i - 1].above ? position + 1 : 1;
    encoded_.clear();
    encode_text(to_hex(numbered_[i].above), encoded_);
    encode_int(position, encoded_);
    const Hash128 identity = hash128(encoded_);
    encode_text(to_hex(numbered_[i].rest), encoded_);
    sum_.add(hash128(encoded_));
    WEIR_TRY(remember(index, numbered_[i].number, identity));
  }
  used_bytes_ -= static_cast<i64>(numbered_.size() * 2 * sizeof(NumberedRow));
  numbered_.clear();
  numbered_.shrink_to_fit();
  return {};
}

Result<TableDigest> Digester::table(i32 index) {
  const Table& table = tables_.tables[static_cast<std::size_t>(index)];
  TableDigest made{.table = table.name, .digest = {}};
  sum_ = {};
  WEIR_TRY(target_.scan(table.name, {}, [&](const Batch& batch) -> Result<void> {
    made.rows += batch.rows;
    for (i64 row = 0; row < batch.rows; ++row) WEIR_TRY(add_row(index, batch, row));
    return {};
  }));
  WEIR_TRY(number_rows(index));
  made.digest = sum_.hash();
  return made;
}

}  // namespace

Result<std::vector<TableDigest>> digest(target::Target& target, i64 memory_bytes) {
  WEIR_ASSIGN(const Tables tables, target.tables());
  Digester digester(target, tables, memory_bytes);
  std::vector<TableDigest> digests;
  for (i32 i = 0; i < static_cast<i32>(tables.tables.size()); ++i) {
    WEIR_ASSIGN(TableDigest one, digester.table(i));
    digests.push_back(std::move(one));
  }
  return digests;
}

std::vector<std::string> differences(const std::vector<TableDigest>& a,
                                     const std::vector<TableDigest>& b) {
  std::vector<std::string> found;
  for (const TableDigest& one : a) {
    const auto other = std::ranges::find(b, one.table, &TableDigest::table);
    if (other == b.end())
      found.push_back(fmt::format("table {} is in the first target only", one.table));
    else if (other->rows != one.rows)
      found.push_back(fmt::format("table {} has {} rows in the first target, {} in the second",
                                  one.table, one.rows, other->rows));
    else if (other->digest != one.digest)
      found.push_back(fmt::format("table {} has {} rows in both targets, with different content",
                                  one.table, one.rows));
  }
  for (const TableDigest& one : b)
    if (std::ranges::find(a, one.table, &TableDigest::table) == a.end())
      found.push_back(fmt::format("table {} is in the second target only", one.table));
  return found;
}

}  // namespace weir::verify
