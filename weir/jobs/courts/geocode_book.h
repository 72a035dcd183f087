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
#include <limits>
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
  // Who is asked; `services` as many, called `shown`.
  struct Asked {
    std::string shown;
    i64 services = 0;
  };
  // The file as it was left, or a new one where somebody else was asked, or it cannot be read.
  // Errors: io; conflict.
  static Result<AddressBook> open(const std::filesystem::path& file, const Asked& asked);

  // Removes the file of a book that is not open.
  static void remove(const std::filesystem::path& file);

  // Writes addresses down, in one transaction, and returns their numbers, which begin at 1; one
  // that is there already keeps its own. When there are `most` no further one is taken: 0.
  Result<std::vector<i64>> add(std::span<const Address> addresses, i64 most = no_limit);
  static constexpr i64 no_limit = std::numeric_limits<i64>::max();
  // How many there are; the last one's number.
  i64 size() const { return size_; }
  // The number of an address; 0: it is not there.
  Result<i64> find(const Address& address);
  Result<Address> at(i64 number);  // valid until the next call

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
  static Result<AddressBook> open_file(const std::filesystem::path& file, i64 services);
  Result<void> prepare();
  Result<bool> is_of(const std::string& shown);
  Result<bool> ask_batch(GeocodeService& service, i64 number, i64& first, i64 last,
                         std::stop_token stop, const std::function<void(i64)>& progress);
  Result<void> load(i64 service, i64 first, i64 last, i64 most, Batch& batch);
  Result<i64> store(i64 service, const Batch& batch);

  db::Connection db_;
  db::Statement insert_, find_, at_, waiting_, answer_, answers_;
  i64 services_ = 0;
  i64 size_ = 0;
};

}  // namespace weir::courts
