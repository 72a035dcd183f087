// AddressBook: the addresses that services are asked for, and what they answered, in an SQLite file
// beside the spool.
//
// Each batch of answers is a transaction. A run that was killed finds its answers there and asks
// for what is left.
//
// Threads: one at a time.
#pragma once

#include <filesystem>
#include <functional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "weir/base/result.h"
#include "weir/db/sqlite.h"
#include "weir/jobs/courts/address.h"
#include "weir/jobs/courts/geocode_service.h"

namespace weir::courts {

class AddressBook {
 public:
  // The file as it was left, or a new one where it is of other services, or cannot be read.
  // Errors: io; conflict.
  static Result<AddressBook> open(const std::filesystem::path& file,
                                  const GeocodeServices& services);

  // Writes addresses down, in one transaction, and returns their numbers, which begin at 1; one
  // that is there already keeps its own.
  Result<std::vector<i64>> add(std::span<const Address> addresses);
  // How many there are.
  Result<i64> size();

  // Asks service after service for each address of these numbers that has no place yet, and no
  // answer of this service. A service that answers nothing of a whole batch is left out from there
  // on, and a warning says so.
  // Errors: io; cancelled.
  Result<void> ask(GeocodeServices& services, i64 first, i64 last, std::stop_token stop,
                   const std::function<void(i64 addresses)>& progress);

  // The result of an address: that of the first service, with what a later one that found the place
  // says put over it. Without a place all services must have answered; else nothing is known, and
  // it is empty.
  Result<std::string> result(i64 number);
  // Calls with all addresses that have one.
  Result<void> each_result(
      const std::function<Result<void>(const Address&, std::string_view result)>& sink);

 private:
  struct Batch;

  explicit AddressBook(db::Connection db) : db_(std::move(db)) {}
  static Result<AddressBook> open_file(const std::filesystem::path& file,
                                       const GeocodeServices& services);
  Result<void> prepare();
  Result<bool> is_of(const std::string& services);
  Result<bool> ask_batch(GeocodeService& service, i64 number, i64& first, i64 last,
                         std::stop_token stop, const std::function<void(i64)>& progress);
  Result<void> load(i64 service, i64 first, i64 last, i64 most, Batch& batch);
  Result<i64> store(i64 service, const Batch& batch);

  db::Connection db_;
  db::Statement insert_, find_, waiting_, answer_, answers_;
  i64 services_ = 0;
};

}  // namespace weir::courts
