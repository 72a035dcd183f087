#include "weir/spool/lookup_merge.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "weir/base/bytes.h"
#include "weir/base/key_encoding.h"
#include "weir/spool/big_endian.h"
#include "weir/spool/good_lookup_rows.h"

namespace weir::spool {
namespace {

constexpr i64 id_bytes = sizeof(i64);
constexpr i64 no_rank = -1;
constexpr std::size_t window_ids = 8192;

// A link as the merge holds it: 1 | rank u64 | id u64. Ranks order as the keys of the rows do.
void encode_link(i64 rank, i64 id, std::string& out) {
  out.push_back(1);
  append_u64(static_cast<u64>(rank), out);
  append_u64(static_cast<u64>(id), out);
}

i64 linked_id(std::string_view link) { return static_cast<i64>(read_u64(link.substr(9))); }

// The ids of a lookup's rows go to the scratch file in the order of their places; 0 for places that
// get none.
class IdWriter {
 public:
  explicit IdWriter(RunFile& file) : file_(file) {}

  Result<void> put(i64 place, i64 id) {
    while (next_ < place) WEIR_TRY(append(0));
    return append(id);
  }
  Result<void> finish(i64 places) {
    while (next_ < places) WEIR_TRY(append(0));
    return flush();
  }

 private:
  Result<void> append(i64 id) {
    window_.push_back(id);
    ++next_;
    return window_.size() < window_ids ? Result<void>() : flush();
  }
  Result<void> flush() {
    WEIR_TRY(file_.append(std::as_bytes(std::span(window_))));
    window_.clear();
    return {};
  }

  RunFile& file_;
  i64 next_ = 0;
  std::vector<i64> window_;
};

class SortedLookups final : public LookupMerge {
 public:
  SortedLookups(const std::vector<Spool*>& spools, std::span<const i64> last_ids)
      : tables_(spools.front()->identity().tables),
        folder_(spools.front()->folder()),
        last_ids_(last_ids.begin(), last_ids.end()),
        lookups_(tables_.tables.size()),
        id_file_(folder_),
        row_file_(folder_) {}

  Result<void> merge_all(const std::vector<Spool*>& spools, const KnownRows& known,
                         i64 memory_bytes);

  const std::vector<i64>& last_ids() const override { return last_ids_; }
  Result<void> rows(i32 table, const std::function<bool(i64 id)>& is_used, flow::Arena& arena,
                    const RowSink& sink) const override;

 private:
  struct Lookup {
    bool is_merged = false;
    std::vector<i64> first_places;  // of each part, and the end: how many rows come before
    i64 offset = 0;                 // of the ids, by place
    RunPlace rows;                  // by key
    std::vector<i64> ranks;         // by id, where other lookups link to it; only while merging
  };

  std::vector<IdPlace> places(i64 spool, i64 chunk, i64 part) const override;
  Result<void> read_ids(i64 offset, std::span<i64> ids) const override {
    return id_file_.file().read_at(offset, std::as_writable_bytes(ids));
  }

  Result<void> merge_table(i32 table, const std::vector<Spool*>& spools, const KnownRows& known,
                           i64 memory_bytes);
  Result<void> add_known(i32 table, const Batch& batch, MergedRows& rows);
  Result<void> collect(i32 table, const std::vector<Spool*>& spools, i64 arena_bytes,
                       MergedRows& rows);
  Result<void> add_part(i32 table, const Batch& batch, const GoodLookupRows& good,
                        const LookupIds& ids, MergedRows& rows);
  Result<void> number_rows(i32 table, MergedRows& rows, ExternalSort& ids);
  static Result<void> write_row(const Table& table, i64 id, MergedRows::Row& row,
                                RunWriter& writer);
  Result<void> write_ids(i32 table, ExternalSort& ids);

  // Makes `key_` and `columns_` of a row. `positions`: of each declared column, where it is in the
  // batch; `link_ids`: of the rows that links name, or null where links are ids already.
  Result<void> encode_row(i32 table, const Batch& batch, i64 row, const std::vector<i32>& positions,
                          const LookupIds* link_ids);
  Result<i64> rank(i32 lookup, i64 id) const;
  bool is_linked_by_lookups(i32 lookup) const;

  const Table& table_at(i32 table) const { return tables_.tables[static_cast<std::size_t>(table)]; }
  Lookup& at(i32 table) { return lookups_[static_cast<std::size_t>(table)]; }
  const Lookup& at(i32 table) const { return lookups_[static_cast<std::size_t>(table)]; }

  const Tables tables_;
  const std::filesystem::path folder_;
  std::vector<i64> last_ids_;
  std::vector<Lookup> lookups_;               // by table
  std::vector<std::vector<i64>> first_part_;  // of each spool and chunk, among all parts
  RunFile id_file_;
  RunFile row_file_;
  std::string key_;                   // of the row at hand
  std::vector<std::string> columns_;  // and its values, but for the surrogate
};

Result<void> SortedLookups::merge_all(const std::vector<Spool*>& spools, const KnownRows& known,
                                      i64 memory_bytes) {
  i64 parts = 0;
  for (const Spool* spool : spools) {
    std::vector<i64>& first_part = first_part_.emplace_back();
    for (const SealedChunk& chunk : spool->chunks()) {
      first_part.push_back(parts);
      parts += chunk.parts;
    }
  }
  i64 rank_bytes = 0;
  for (i32 i = 0; i < static_cast<i32>(lookups_.size()); ++i) {
    if (table_at(i).kind != TableKind::lookup) continue;
    WEIR_TRY(merge_table(i, spools, known, memory_bytes - rank_bytes));
    rank_bytes += static_cast<i64>(at(i).ranks.capacity()) * id_bytes;
  }
  for (Lookup& lookup : lookups_) lookup.ranks = {};
  return {};
}

Result<void> SortedLookups::merge_table(i32 table, const std::vector<Spool*>& spools,
                                        const KnownRows& known, i64 memory_bytes) {
  const i64 sort_bytes = memory_bytes / 4;
  if (sort_bytes < ExternalSort::least_memory_bytes)
    return Error(
        ErrorCode::budget,
        fmt::format("merging lookup {} needs {}, and {} are free; raise --memory",
                    table_at(table).name, format_size(4 * ExternalSort::least_memory_bytes),
                    format_size(memory_bytes)));
  std::vector<MergePolicy> policies;
  for (const TableColumn& column : table_at(table).columns)
    if (column.source != ColumnSource::surrogate) policies.push_back(column.policy);
  MergedRows rows(std::move(policies), folder_, sort_bytes);
  if (known)
    WEIR_TRY(known(table, [&](const Batch& batch) { return add_known(table, batch, rows); }));
  WEIR_TRY(collect(table, spools, memory_bytes / 2, rows));
  ExternalSort ids(folder_, sort_bytes);
  WEIR_TRY(number_rows(table, rows, ids));
  WEIR_TRY(write_ids(table, ids));
  at(table).is_merged = true;
  return {};
}

Result<void> SortedLookups::add_known(i32 table, const Batch& batch, MergedRows& rows) {
  std::vector<i32> positions(batch.columns.size());
  std::iota(positions.begin(), positions.end(), 0);
  const i32 surrogate = table_at(table).surrogate();
  const Column& ids = batch.columns[static_cast<std::size_t>(surrogate)];
  for (i64 row = 0; row < batch.rows; ++row) {
    const i64 id = ids.at<i64>(row);
    if (id < 1 || id > last_ids_[static_cast<std::size_t>(table)])
      return Error(
          ErrorCode::corrupt,
          fmt::format("table {} has a row with id {}, and {} was the last to be given",
                      table_at(table).name, id, last_ids_[static_cast<std::size_t>(table)]));
    WEIR_TRY(encode_row(table, batch, row, positions, nullptr));
    WEIR_TRY(rows.add(key_, columns_, true, id));
  }
  return {};
}

Result<void> SortedLookups::collect(i32 table, const std::vector<Spool*>& spools, i64 arena_bytes,
                                    MergedRows& rows) {
  flow::Arena arena(arena_bytes);
  LookupIdReader linked(*this, arena);
  std::vector<i64>& places = at(table).first_places;
  places.push_back(0);
  for (std::size_t i = 0; i < spools.size(); ++i) {
    WEIR_ASSIGN(const FailedInputs failed, FailedInputs::of(*spools[i]));
    const auto& chunks = spools[i]->chunks();
    for (std::size_t k = 0; k < chunks.size(); ++k) {
      WEIR_ASSIGN(const auto blocks, spools[i]->read(chunks[k], arena));
      for (i64 part = 0; part < blocks->parts(); ++part) {
        WEIR_ASSIGN(const GoodLookupRows good, GoodLookupRows::of(tables_, *blocks, part, failed));
        WEIR_ASSIGN(const LookupIds ids,
                    linked.read(static_cast<i64>(i), static_cast<i64>(k), part));
        WEIR_ASSIGN(const Batch batch, blocks->table(part, table));
        WEIR_TRY(add_part(table, batch, good, ids, rows));
        places.push_back(places.back() + batch.rows);
      }
    }
  }
  return {};
}

Result<void> SortedLookups::add_part(i32 table, const Batch& batch, const GoodLookupRows& good,
                                     const LookupIds& ids, MergedRows& rows) {
  const std::vector<i32> positions = batch_positions(tables_, table);
  const i64 first_place = at(table).first_places.back();
  for (i64 row = 0; row < batch.rows; ++row) {
    if (!good.contains(table, row)) continue;
    WEIR_TRY(encode_row(table, batch, row, positions, &ids));
    WEIR_TRY(rows.add(key_, columns_, false, first_place + row));
  }
  return {};
}

Result<void> SortedLookups::encode_row(i32 table, const Batch& batch, i64 row,
                                       const std::vector<i32>& positions,
                                       const LookupIds* link_ids) {
  const Table& declared = table_at(table);
  key_.clear();
  columns_.clear();
  for (std::size_t i = 0; i < declared.columns.size(); ++i) {
    const TableColumn& column = declared.columns[i];
    if (column.source == ColumnSource::surrogate) continue;
    const Column& values = batch.columns[static_cast<std::size_t>(positions[i])];
    std::string& encoded = columns_.emplace_back();
    if (column.source != ColumnSource::lookup_ref || values.is_null(row)) {
      encode_key_part(values, row, encoded);
      continue;
    }
    const i64 id = link_ids == nullptr ? values.at<i64>(row)
                                       : (*link_ids)[static_cast<std::size_t>(column.table)]
                                                    [static_cast<std::size_t>(values.at<i32>(row))];
    WEIR_ASSIGN(const i64 rank, this->rank(column.table, id));
    encode_link(rank, id, encoded);
  }
  const i32 surrogate = declared.surrogate();
  for (const i32 column : declared.key)
    key_ += columns_[static_cast<std::size_t>(column - (column > surrogate ? 1 : 0))];
  return {};
}

Result<i64> SortedLookups::rank(i32 lookup, i64 id) const {
  const std::vector<i64>& ranks = at(lookup).ranks;
  const bool is_there =
      id > 0 && id < std::ssize(ranks) && ranks[static_cast<std::size_t>(id)] != no_rank;
  if (!is_there)
    return Error(ErrorCode::corrupt, fmt::format("a row links to id {} of table {}, which has none",
                                                 id, table_at(lookup).name));
  return ranks[static_cast<std::size_t>(id)];
}

bool SortedLookups::is_linked_by_lookups(i32 lookup) const {
  for (const Table& table : tables_.tables)
    for (const TableColumn& column : table.columns)
      if (table.kind == TableKind::lookup && column.source == ColumnSource::lookup_ref &&
          column.table == lookup)
        return true;
  return false;
}

// Gives ids to the rows that are new, writes all rows, and says to `ids` which place has which.
Result<void> SortedLookups::number_rows(i32 table, MergedRows& rows, ExternalSort& ids) {
  const Table& declared = table_at(table);
  Lookup& lookup = at(table);
  i64& last_id = last_ids_[static_cast<std::size_t>(table)];
  const bool is_ranked = is_linked_by_lookups(table);
  RunWriter writer(row_file_);
  MergedRows::Row row;
  const auto id_of_row = [&] { return row.is_known ? row.number : last_id + 1; };
  const auto give_id = [&](i64 place) -> Result<void> {
    std::string record;
    append_u64(static_cast<u64>(place), record);
    append_u64(static_cast<u64>(id_of_row()), record);
    return ids.add(record);
  };
  WEIR_TRY(rows.finish());
  for (i64 rank = 0;; ++rank) {
    auto more = rows.next(row, give_id);
    if (!more.ok()) return std::move(more).error().context("table " + declared.name);
    if (!*more) break;
    const i64 id = id_of_row();
    last_id = std::max(last_id, id);
    if (is_ranked) {
      lookup.ranks.resize(static_cast<std::size_t>(last_id) + 1, no_rank);
      lookup.ranks[static_cast<std::size_t>(id)] = rank;
    }
    WEIR_TRY(write_row(declared, id, row, writer));
  }
  WEIR_ASSIGN(lookup.rows, writer.finish());
  return {};
}

Result<void> SortedLookups::write_row(const Table& table, i64 id, MergedRows::Row& row,
                                      RunWriter& writer) {
  std::size_t at = 0;
  for (const TableColumn& column : table.columns) {
    if (column.source == ColumnSource::surrogate) continue;
    std::string& value = row.columns[at++];
    if (column.source != ColumnSource::lookup_ref || value.front() == 0) continue;
    const i64 linked = linked_id(value);
    value.clear();
    encode_int(linked, value);
  }
  std::string record;
  append_u64(static_cast<u64>(id), record);
  append_columns(row.columns, record);
  return writer.add(record);
}

Result<void> SortedLookups::write_ids(i32 table, ExternalSort& ids) {
  Lookup& lookup = at(table);
  lookup.offset = id_file_.bytes();
  IdWriter writer(id_file_);
  WEIR_TRY(ids.finish());
  std::string_view record;
  for (;;) {
    WEIR_ASSIGN(const bool more, ids.next(record));
    if (!more) return writer.finish(lookup.first_places.back());
    WEIR_TRY(writer.put(static_cast<i64>(read_u64(record)),
                        static_cast<i64>(read_u64(record.substr(sizeof(u64))))));
  }
}

std::vector<LookupMerge::IdPlace> SortedLookups::places(i64 spool, i64 chunk, i64 part) const {
  const auto& chunks = first_part_[static_cast<std::size_t>(spool)];
  const auto which = static_cast<std::size_t>(chunks[static_cast<std::size_t>(chunk)] + part);
  std::vector<IdPlace> places;
  for (const Lookup& lookup : lookups_) {
    IdPlace& place = places.emplace_back();
    if (!lookup.is_merged) continue;
    const i64 first = lookup.first_places[which];
    place = {.offset = lookup.offset + first * id_bytes,
             .rows = lookup.first_places[which + 1] - first};
  }
  return places;
}

Result<void> SortedLookups::rows(i32 table, const std::function<bool(i64 id)>& is_used,
                                 flow::Arena& arena, const RowSink& sink) const {
  const Table& declared = table_at(table);
  const auto wanted = [&](i64 id) { return declared.keep || is_used(id); };
  return give_rows(row_file_, at(table).rows, declared, wanted, arena, sink);
}

}  // namespace

Result<std::unique_ptr<LookupMerge>> LookupMerge::merge(const std::vector<Spool*>& spools,
                                                        const KnownRows& known,
                                                        std::span<const i64> last_ids,
                                                        flow::MemoryBudget& budget) {
  WEIR_ASSERT(!spools.empty());
  // An eighth is left for who gives the known rows.
  WEIR_ASSIGN(const auto memory, budget.try_reserve(budget.free_bytes() / 8 * 7));
  auto lookups = std::make_unique<SortedLookups>(spools, last_ids);
  WEIR_TRY(lookups->merge_all(spools, known, memory.bytes()));
  return std::unique_ptr<LookupMerge>(std::move(lookups));
}

Result<LookupIds> LookupIdReader::read(i64 spool, i64 chunk, i64 part) {
  const auto places = merge_.places(spool, chunk, part);
  i64 rows = 0;
  for (const auto& place : places) rows += place.rows;
  const i64 bytes = rows * static_cast<i64>(sizeof(i64));
  if (bytes > ids_.capacity_bytes() && !ids_.grow(bytes))
    return Error(ErrorCode::budget, fmt::format("{} lookup rows of a part do not fit into {}; "
                                                "raise --memory",
                                                rows, format_size(ids_.arena().limit_bytes())));
  LookupIds ids;
  auto* next = reinterpret_cast<i64*>(ids_.data());
  for (const auto& place : places) {
    const std::span<i64> of_table(next, static_cast<std::size_t>(place.rows));
    if (place.rows > 0) WEIR_TRY(merge_.read_ids(place.offset, of_table));
    ids.push_back(of_table);
    next += place.rows;
  }
  return ids;
}

}  // namespace weir::spool
