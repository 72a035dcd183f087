#include "weir/jobs/courts/geocode_late.h"

#include <fmt/format.h>

#include <algorithm>

#include "weir/flow/batch_builder.h"
#include "weir/jobs/courts/geocode_cells.h"
#include "weir/target/row_columns.h"

namespace weir::courts {

namespace {

constexpr i64 least_rows = 8;

}  // namespace

class LateGeocodes::Filler final : public target::LateFiller {
 public:
  Filler(LateGeocodes& late, flow::Arena& arena) : late_(late), arena_(arena) {}

  // Where the arena has no room for so many rows, the same with half of them.
  Result<void> fill(i32 table, const Batch& rows, const target::BatchSink& sink) override {
    WEIR_ASSERT(late_.fills(table));
    i64 at_once = (rows.rows + 7) / 8 * 8;
    auto builder = std::make_unique<flow::BatchBuilder>(late_.late_, arena_);
    for (i64 first = 0; first < rows.rows;) {
      const i64 count = std::min(at_once, rows.rows - first);
      WEIR_ASSIGN(const bool fits, append(rows, first, count, *builder));
      if (fits) {
        WEIR_TRY(sink(filled(rows, first, count, *builder)));
        builder->clear();
        first += count;
        continue;
      }
      if (at_once <= least_rows)
        return Error(ErrorCode::budget,
                     fmt::format("table {}: no memory for the results of geocoding; raise --memory",
                                 late_.columns_.name));
      at_once = std::max(at_once / 16 * 8, least_rows);
      builder = std::make_unique<flow::BatchBuilder>(late_.late_, arena_);
      arena_.clear_exhausted();
    }
    return {};
  }

 private:
  // False: the arena is full.
  Result<bool> append(const Batch& rows, i64 first, i64 count, flow::BatchBuilder& builder) {
    counts_ = {};
    for (i64 row = first; row < first + count; ++row) {
      WEIR_ASSIGN(const std::string_view result, result_of(rows, row));
      ResultCells cells;
      if (!result.empty() && !decode_result(result, cells))
        return Error(ErrorCode::corrupt, "a result of geocoding is damaged; start the run again");
      scratch_.clear();
      if (!append_cells(cells, 0, builder, scratch_)) {
        builder.clear();
        return false;
      }
      counts_.found += !cells[result_lat].null;
      counts_.no_match += !result.empty() && cells[result_lat].null;
    }
    late_.count(counts_);
    return true;
  }

  // Empty: nothing is known. Valid until the next call.
  Result<std::string_view> result_of(const Batch& rows, i64 row) {
    const Address address = late_.columns_.address(rows, row);
    if (address.street.empty()) {
      ++counts_.without_street;
      return std::string_view();
    }
    const GeocodeSources& sources = late_.sources_;
    std::optional<std::string_view> found;
    if (sources.kept) {
      late_.columns_.encode_key(rows, row, room_.key);
      WEIR_ASSIGN(found, sources.kept->find(room_.key, room_.bytes));
      counts_.kept += found.has_value();
    }
    if (!found && sources.answers) {
      encode_address(address, room_.key);
      WEIR_ASSIGN(found, sources.answers->find(room_.key, room_.bytes));
    }
    if (!found && sources.table != nullptr) {
      WEIR_ASSIGN(found, sources.table->find(address, room_));
      if (!found) found = no_match_;
    }
    counts_.without_result += !found;
    return found.value_or(std::string_view());
  }

  Batch filled(const Batch& rows, i64 first, i64 count, const flow::BatchBuilder& builder) const {
    Batch out{.rows = count};
    for (const Column& column : rows.columns)
      out.columns.push_back(first == 0 && count == rows.rows ? column
                                                             : target::slice(column, first, count));
    const Batch late = builder.view();
    for (std::size_t i = 0; i < late.columns.size(); ++i)
      out.columns[static_cast<std::size_t>(late_.late_columns_[i])] = late.columns[i];
    return out;
  }

  LateGeocodes& late_;
  flow::Arena& arena_;
  GeocodeTable::Room room_;
  extract::Scratch scratch_;
  const std::string no_match_ = no_match_result();
  GeocodeCounts counts_;  // of the rows at work
};

LateGeocodes::LateGeocodes(GeocodeColumns columns, const Tables& tables, GeocodeSources sources)
    : columns_(std::move(columns)), sources_(std::move(sources)) {
  late_columns_.assign(columns_.results.begin(), columns_.results.end());
  late_columns_.insert(late_columns_.end(), columns_.points.begin(), columns_.points.end());
  const Schema stored = tables.stored_schema(columns_.table);
  for (const i32 column : late_columns_)
    late_.fields.push_back(stored.fields[static_cast<std::size_t>(column)]);
}

std::unique_ptr<target::LateFiller> LateGeocodes::filler(flow::Arena& arena) {
  return std::make_unique<Filler>(*this, arena);
}

void LateGeocodes::count(const GeocodeCounts& counts) {
  kept_ += counts.kept;
  found_ += counts.found;
  no_match_ += counts.no_match;
  without_result_ += counts.without_result;
  without_street_ += counts.without_street;
}

GeocodeCounts LateGeocodes::counts() const {
  return {kept_, found_, no_match_, without_result_, without_street_};
}

}  // namespace weir::courts
