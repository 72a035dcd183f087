#include "weir/jobs/courts/geocode_backfill.h"

#include <fmt/format.h>

#include <algorithm>

#include "weir/base/bytes.h"
#include "weir/flow/batch_builder.h"
#include "weir/jobs/courts/geocode_cells.h"
#include "weir/jobs/courts/geocode_columns.h"
#include "weir/jobs/courts/geocode_pending.h"
#include "weir/target/database_target.h"

namespace weir::courts {

namespace {

constexpr const char* book_name = "backfill-addresses.db";
constexpr const char* pending_name = "backfill-rows.db";

class Backfill {
 public:
  Backfill(target::DatabaseTarget& production, Tables tables, GeocodeColumns columns,
           Geocoder& geocoder, AddressBook book, PendingRows pending,
           const BackfillOptions& options, BackfillReport& report)
      : production_(production),
        tables_(std::move(tables)),
        columns_(std::move(columns)),
        geocoder_(geocoder),
        book_(std::move(book)),
        pending_(std::move(pending)),
        options_(options),
        report_(report),
        arena_(options.memory_bytes / 4) {}

  Result<void> run() {
    WEIR_TRY(find_rows());
    report_.addresses = book_.size();
    make_schema();
    for (i64 first = 1; first <= report_.addresses; first += options_.batch) {
      const i64 last = std::min(first + options_.batch - 1, report_.addresses);
      WEIR_TRY(check_stop());
      WEIR_TRY(fill(first, last));
      if (options_.progress) options_.progress(last, report_.addresses);
    }
    return {};
  }

 private:
  Result<void> find_rows();
  Result<void> note(const Batch& rows);
  bool is_wanted(const Batch& rows, i64 row) const;
  void make_schema();
  Result<void> fill(i64 first, i64 last);
  Result<std::string> result_of(i64 number);
  void count(std::string_view result);
  bool says_nothing_new(std::string_view result) const;
  Result<void> put(std::string_view key, const ResultCells& cells);
  bool append(std::string_view key, const ResultCells& cells);
  Result<void> write();
  Result<void> check_stop() const;
  const Field& field(i32 column) const { return stored_.fields[static_cast<std::size_t>(column)]; }

  target::DatabaseTarget& production_;
  const Tables tables_;
  const GeocodeColumns columns_;
  Geocoder& geocoder_;
  AddressBook book_;
  PendingRows pending_;
  const BackfillOptions& options_;
  BackfillReport& report_;
  const Schema stored_ = tables_.stored_schema(columns_.table);
  flow::Arena arena_;
  Schema schema_;  // of an update: key, own texts; results, points
  std::unique_ptr<flow::BatchBuilder> rows_;
  GeocodeTable::Room room_;
  extract::Scratch scratch_;
};

Result<void> Backfill::check_stop() const {
  if (!options_.stop.stop_requested()) return {};
  return Error(ErrorCode::cancelled, "stopped; start it again to go on");
}

// Of the columns it reads only what it compares; the others are empty.
Result<void> Backfill::find_rows() {
  std::vector<i32> wanted = columns_.key;
  wanted.insert(wanted.end(), columns_.own.begin(), columns_.own.end());
  wanted.push_back(columns_.results[result_status]);
  target::ScanOptions scan;
  for (const i32 column : wanted) scan.columns.push_back(field(column).name);
  return production_.scan(columns_.name, scan, [&](const Batch& batch) -> Result<void> {
    WEIR_TRY(check_stop());
    Batch rows{.rows = batch.rows};
    rows.columns.resize(stored_.fields.size());
    for (std::size_t i = 0; i < wanted.size(); ++i)
      rows.columns[static_cast<std::size_t>(wanted[i])] = batch.columns[i];
    return note(rows);
  });
}

bool Backfill::is_wanted(const Batch& rows, i64 row) const {
  const Column& status = rows.columns[static_cast<std::size_t>(columns_.results[result_status])];
  if (!options_.status.empty())
    return !status.is_null(row) && status.text_at(row) == options_.status;
  return status.is_null(row) && !columns_.address(rows, row).street.empty();
}

// Once the limit is reached, only rows of addresses that are noted already.
Result<void> Backfill::note(const Batch& rows) {
  std::vector<i64> of;
  std::vector<Address> addresses;
  for (i64 row = 0; row < rows.rows; ++row) {
    if (!is_wanted(rows, row)) continue;
    of.push_back(row);
    addresses.push_back(columns_.address(rows, row));
  }
  WEIR_ASSIGN(const auto numbers,
              book_.add(addresses, options_.limit > 0 ? options_.limit : AddressBook::no_limit));
  WEIR_ASSIGN(auto transaction, pending_.begin());
  std::string key;
  for (std::size_t i = 0; i < of.size(); ++i) {
    if (numbers[i] == 0) continue;
    columns_.encode_key(rows, of[i], key);
    WEIR_TRY(pending_.add(numbers[i], key));
  }
  return transaction.commit();
}

void Backfill::make_schema() {
  for (const auto* columns : {&columns_.key, &columns_.own})
    for (const i32 column : *columns) schema_.fields.push_back(field(column));
  for (const i32 column : columns_.results) schema_.fields.push_back(field(column));
  for (const i32 column : columns_.points) schema_.fields.push_back(field(column));
  rows_ = std::make_unique<flow::BatchBuilder>(schema_, arena_);
}

Result<void> Backfill::fill(i64 first, i64 last) {
  if (geocoder_.services) WEIR_TRY(book_.ask(*geocoder_.services, first, last, options_.stop, {}));
  i64 answered = 0;
  for (i64 number = first; number <= last; ++number) {
    WEIR_ASSIGN(const std::string result, result_of(number));
    answered += !result.empty();
    count(result);
    if (says_nothing_new(result)) continue;
    ResultCells cells;
    if (!decode_result(result, cells))
      return Error(ErrorCode::corrupt, "a result of geocoding is damaged; start again");
    WEIR_TRY(pending_.each(number, [&](std::string_view key) { return put(key, cells); }));
  }
  WEIR_TRY(write());
  report_.requests = geocoder_.services ? geocoder_.services->requests() : 0;
  if (answered > 0 || !geocoder_.services) return {};
  return Error(ErrorCode::io,
               fmt::format("{}: nothing is answered for {} addresses: {}; rows that were filled "
                           "before stay so, start again when the service is there",
                           geocoder_.services->shown(), last - first + 1,
                           geocoder_.services->all().front()->problem()));
}

Result<std::string> Backfill::result_of(i64 number) {
  if (geocoder_.services) return book_.result(number);
  WEIR_ASSIGN(const Address address, book_.at(number));
  WEIR_ASSIGN(const auto found, geocoder_.table->find(address, room_));
  return found ? std::string(*found) : no_match_result();
}

void Backfill::count(std::string_view result) {
  if (result.empty())
    ++report_.unanswered;
  else
    ++(has_place(result) ? report_.found : report_.no_match);
}

// Rows with this status are what it began with.
bool Backfill::says_nothing_new(std::string_view result) const {
  ResultCells cells;
  return result.empty() || (decode_result(result, cells) && cells[result_lat].null &&
                            cells[result_status].text == options_.status);
}

Result<void> Backfill::put(std::string_view key, const ResultCells& cells) {
  const i64 whole = rows_->rows();
  if (append(key, cells)) return {};
  rows_->truncate(whole);
  if (whole == 0)
    return Error(ErrorCode::budget, "no memory for a row of geocoding; raise --memory");
  WEIR_TRY(write());
  return put(key, cells);
}

bool Backfill::append(std::string_view key, const ResultCells& cells) {
  const std::size_t match = columns_.key.size() + columns_.own.size();
  for (std::size_t i = 0; i < match; ++i)
    if (!append_key_part(schema_.fields[i].type, key, rows_->column(static_cast<i64>(i))))
      return false;
  scratch_.clear();
  return append_cells(cells, static_cast<i64>(match), *rows_, scratch_);
}

Result<void> Backfill::write() {
  if (rows_->rows() == 0) return {};
  WEIR_ASSIGN(const i64 changed,
              production_.update(columns_.name, schema_, rows_->view(),
                                 static_cast<i64>(columns_.key.size() + columns_.own.size())));
  report_.rows += changed;
  rows_->clear();
  arena_.clear_exhausted();
  return {};
}

}  // namespace

Result<std::string> parse_backfill_where(std::string_view where) {
  constexpr std::string_view name = "status=";
  if (where.starts_with(name) && where.size() > name.size())
    return std::string(where.substr(name.size()));
  return Error(ErrorCode::usage, fmt::format("--where {}: give status=VALUE, such as status={}",
                                             printable(where), status_no_match));
}

Result<void> backfill_geocodes(const extract::Declaration& declaration, target::Target& production,
                               Geocoder& geocoder, const BackfillOptions& options,
                               BackfillReport& report) {
  target::DatabaseTarget* database = production.database();
  if (database == nullptr)
    return Error(ErrorCode::usage,
                 "--backfill changes rows in their place, which files do not allow: give a "
                 "duckdb: or postgres: target, or load again with --geocoder and --force");
  if (!geocoder.is_there())
    return Error(ErrorCode::usage, "--backfill needs --geocoder, a table or the URL of services");
  WEIR_ASSIGN(Tables tables, database->tables());
  WEIR_ASSIGN(GeocodeColumns columns, GeocodeColumns::of(declaration, tables));
  std::error_code error;
  std::filesystem::create_directories(options.folder, error);
  if (error)
    return system_error(fmt::format("cannot make {}", options.folder.string()), error.value());
  const auto book_file = options.folder / book_name;
  const auto pending_file = options.folder / pending_name;
  AddressBook::remove(book_file);
  WEIR_ASSIGN(AddressBook book, AddressBook::open(book_file, geocoder.asked()));
  WEIR_ASSIGN(PendingRows pending, PendingRows::create(pending_file));
  auto done = Backfill(*database, std::move(tables), std::move(columns), geocoder, std::move(book),
                       std::move(pending), options, report)
                  .run();
  AddressBook::remove(book_file);
  std::filesystem::remove(pending_file, error);
  return done;
}

}  // namespace weir::courts
