#include "weir/jobs/courts/geocode_step.h"

#include <algorithm>

#include "weir/base/log.h"
#include "weir/flow/arena.h"
#include "weir/jobs/courts/geocode_book.h"
#include "weir/jobs/courts/geocode_staged.h"

namespace weir::courts {

namespace {

constexpr const char* book_name = "geocode.db";

Result<void> first_counts(const ResultFileMaker::Repeat&) { return {}; }

class GeocodeStep {
 public:
  GeocodeStep(const GeocodeColumns& columns, const Tables& tables,
              const std::vector<spool::Spool*>& spools, target::Target& production,
              Geocoder& geocoder, const GeocodeStepOptions& options, GeocodeReport& report)
      : columns_(columns),
        tables_(tables),
        spools_(spools),
        production_(production),
        geocoder_(geocoder),
        options_(options),
        report_(report),
        blocks_(options.memory_bytes / 2),
        staged_(spools, tables, blocks_) {}

  Result<std::unique_ptr<LateGeocodes>> run() {
    if (geocoder_.table) {
      sources_.table = &*geocoder_.table;
    } else {
      WEIR_TRY(find_kept());
      if (geocoder_.services) WEIR_TRY(ask_services());
    }
    return std::make_unique<LateGeocodes>(columns_, tables_, std::move(sources_));
  }

 private:
  Result<void> find_kept();
  Result<void> keep(const Batch& stored, const std::vector<i64>& places, ResultFileMaker& maker);
  Result<std::vector<i64>> places_in_production();
  Result<void> ask_services();
  Result<void> write_addresses(AddressBook& book);
  Result<bool> is_kept(std::string_view key, const Batch& rows, i64 row);
  Result<std::optional<ResultFile>> finish(ResultFileMaker& maker) const;
  Result<void> check_stop() const;
  const std::filesystem::path& folder() const { return spools_.front()->folder(); }
  i64 sort_bytes() const { return options_.memory_bytes / 4; }
  i64 held_bytes() const { return options_.memory_bytes / 8; }

  const GeocodeColumns& columns_;
  const Tables& tables_;
  const std::vector<spool::Spool*>& spools_;
  target::Target& production_;
  Geocoder& geocoder_;
  const GeocodeStepOptions& options_;
  GeocodeReport& report_;
  flow::Arena blocks_;
  StagedParts staged_;
  GeocodeSources sources_;
  std::string key_, room_;
};

Result<void> GeocodeStep::check_stop() const {
  if (!options_.stop.stop_requested()) return {};
  return Error(ErrorCode::cancelled, "stopped before the addresses were geocoded");
}

// Of each column of the table where production has it; empty: it has not all that rows are compared
// by, or nothing at all.
Result<std::vector<i64>> GeocodeStep::places_in_production() {
  const auto stored = production_.tables();
  if (!stored && stored.error().code() != ErrorCode::not_found) return stored.error();
  const i64 table = stored ? stored->find(columns_.name) : -1;
  if (table < 0) return std::vector<i64>();
  const Schema from = stored->stored_schema(static_cast<i32>(table));
  const Schema to = tables_.stored_schema(columns_.table);
  std::vector<i64> places;
  for (const Field& field : to.fields) {
    const i64 at = from.find(field.name);
    const bool fits = at >= 0 && from.fields[static_cast<std::size_t>(at)].type == field.type;
    places.push_back(fits ? at : -1);
  }
  const auto is_there = [&](i32 column) { return places[static_cast<std::size_t>(column)] >= 0; };
  const bool are_there = std::ranges::all_of(columns_.key, is_there) &&
                         std::ranges::all_of(columns_.own, is_there) &&
                         std::ranges::all_of(columns_.results, is_there);
  return are_there ? places : std::vector<i64>();
}

// Equal rows of a record with different results are nobody's doing but an editor's; the least is
// taken, whatever the order in which production gives them.
Result<void> GeocodeStep::find_kept() {
  WEIR_ASSIGN(const std::vector<i64> places, places_in_production());
  if (places.empty()) return {};
  ResultFileMaker maker(folder(), sort_bytes());
  WEIR_TRY(staged_.each_keys(
      columns_.table, options_.memory_bytes / 8, [&](const Batch& keys) -> Result<void> {
        WEIR_TRY(check_stop());
        return production_.find(columns_.name, keys,
                                [&](const Batch& stored) { return keep(stored, places, maker); });
      }));
  report_.kept = maker.rows();
  WEIR_ASSIGN(sources_.kept, finish(maker));
  return {};
}

Result<void> GeocodeStep::keep(const Batch& stored, const std::vector<i64>& places,
                               ResultFileMaker& maker) {
  Batch rows{.rows = stored.rows};
  for (const i64 place : places)
    rows.columns.push_back(place < 0 ? Column() : stored.columns[static_cast<std::size_t>(place)]);
  std::string result;
  for (i64 row = 0; row < rows.rows; ++row) {
    ResultCells cells;
    for (std::size_t i = 0; i < result_count; ++i) {
      const Column& column = rows.columns[static_cast<std::size_t>(columns_.results[i])];
      cells[i].null = column.is_null(row);
      if (cells[i].null) continue;
      if (is_coordinate(i))
        cells[i].number = column.at<float>(row);
      else
        cells[i].text = column.text_at(row);
    }
    if (cells[result_status].null) continue;
    columns_.encode_key(rows, row, key_);
    result.clear();
    encode_result(cells, result);
    WEIR_TRY(maker.add(key_, 0, result));
  }
  return {};
}

Result<std::optional<ResultFile>> GeocodeStep::finish(ResultFileMaker& maker) const {
  if (maker.rows() == 0) return std::optional<ResultFile>();
  WEIR_ASSIGN(auto file, spool::File::create_scratch(folder()));
  WEIR_TRY(maker.write(file, {}, first_counts));
  WEIR_ASSIGN(auto results, ResultFile::open(std::move(file), held_bytes()));
  return std::optional(std::move(results));
}

Result<bool> GeocodeStep::is_kept(std::string_view key, const Batch& rows, i64 row) {
  if (!sources_.kept) return false;
  key_ = key;
  columns_.append_own(rows, row, key_);
  WEIR_ASSIGN(const auto found, sources_.kept->find(key_, room_));
  return found.has_value();
}

Result<void> GeocodeStep::write_addresses(AddressBook& book) {
  return staged_.each_part(columns_, [&](const StagedRows& staged) -> Result<void> {
    WEIR_TRY(check_stop());
    std::vector<Address> wanted;
    for (i64 row = 0; row < staged.rows.rows; ++row) {
      const auto at = static_cast<std::size_t>(row);
      const Address address = columns_.address(staged.rows, row);
      if (!staged.counts[at] || address.street.empty()) continue;
      WEIR_ASSIGN(const bool kept, is_kept(staged.keys[at], staged.rows, row));
      if (!kept) wanted.push_back(address);
    }
    WEIR_ASSIGN(const auto numbers, book.add(wanted));
    return {};
  });
}

Result<void> GeocodeStep::ask_services() {
  WEIR_ASSIGN(auto book, AddressBook::open(folder() / book_name, geocoder_.asked()));
  WEIR_TRY(write_addresses(book));
  report_.addresses = book.size();
  i64 done = 0;
  WEIR_TRY(book.ask(*geocoder_.services, 1, report_.addresses, options_.stop, [&](i64 asked) {
    done = std::min(done + asked, report_.addresses);
    if (options_.progress) options_.progress(done, report_.addresses);
  }));
  ResultFileMaker maker(folder(), sort_bytes());
  WEIR_TRY(book.each_result([&](const Address& address, std::string_view result) {
    encode_address(address, key_);
    return maker.add(key_, 0, result);
  }));
  report_.answered = maker.rows();
  report_.requests = geocoder_.services->requests();
  if (report_.answered < report_.addresses)
    log(LogLevel::warning, "addresses stay without a result of geocoding; `--backfill` asks again",
        {{"addresses", std::to_string(report_.addresses - report_.answered)},
         {"of", std::to_string(report_.addresses)}});
  WEIR_ASSIGN(sources_.answers, finish(maker));
  return {};
}

}  // namespace

Result<std::unique_ptr<LateGeocodes>> find_geocodes(const GeocodeColumns& columns,
                                                    const Tables& tables,
                                                    const std::vector<spool::Spool*>& spools,
                                                    target::Target& production, Geocoder& geocoder,
                                                    const GeocodeStepOptions& options,
                                                    GeocodeReport& report) {
  return GeocodeStep(columns, tables, spools, production, geocoder, options, report).run();
}

}  // namespace weir::courts
