#include "weir/jobs/courts/geocode_book.h"

#include <fmt/format.h>

#include "weir/base/log.h"
#include "weir/jobs/courts/geocode_result.h"

namespace weir::courts {

namespace {

namespace fs = std::filesystem;

constexpr const char* tables = R"(
  CREATE TABLE IF NOT EXISTS book(asked TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS address(
    number INTEGER PRIMARY KEY, street TEXT NOT NULL, city TEXT NOT NULL, state TEXT NOT NULL,
    postal_code TEXT NOT NULL, UNIQUE(street, city, state, postal_code));
  CREATE TABLE IF NOT EXISTS answer(
    address INTEGER NOT NULL, service INTEGER NOT NULL, has_place INTEGER NOT NULL,
    result BLOB NOT NULL, PRIMARY KEY(address, service)) WITHOUT ROWID;
)";

void bind_address(db::Statement& statement, const Address& address) {
  statement.bind(1, address.street);
  statement.bind(2, address.city);
  statement.bind(3, address.state);
  statement.bind(4, address.postal_code);
}

// What `second` says in the place of what `first` says.
std::string put_over(std::string_view first, std::string_view second) {
  ResultCells cells, others;
  if (!decode_result(first, cells) || !decode_result(second, others)) return std::string(second);
  for (std::size_t i = 0; i < cells.size(); ++i)
    if (!others[i].null) cells[i] = others[i];
  std::string merged;
  encode_result(cells, merged);
  return merged;
}

}  // namespace

// Addresses on their way to a service; the texts are their own.
struct AddressBook::Batch {
  struct Texts {
    std::string street, city, state, postal_code;
  };

  std::vector<i64> numbers;
  std::vector<Texts> texts;
  std::vector<std::string> answers;

  std::vector<Address> addresses() const {
    std::vector<Address> addresses;
    for (const Texts& text : texts)
      addresses.push_back({text.street, text.city, text.state, text.postal_code});
    return addresses;
  }
};

void AddressBook::remove(const fs::path& file) {
  std::error_code ignored;
  for (const char* ending : {"", "-wal", "-shm"}) fs::remove(file.string() + ending, ignored);
}

Result<AddressBook> AddressBook::open(const fs::path& file, const Asked& asked) {
  {
    auto book = open_file(file, asked.services);
    if (!book && book.error().code() != ErrorCode::corrupt) return book;
    if (book) {
      WEIR_ASSIGN(const bool is_same, book->is_of(asked.shown));
      if (is_same) return book;
    }
  }
  remove(file);
  WEIR_ASSIGN(AddressBook anew, open_file(file, asked.services));
  WEIR_ASSIGN(const bool is_ours, anew.is_of(asked.shown));
  WEIR_ASSERT(is_ours);
  return anew;
}

Result<AddressBook> AddressBook::open_file(const fs::path& file, i64 services) {
  WEIR_ASSIGN(auto db, db::Connection::open(file.string(), {}));
  AddressBook book(std::move(db));
  book.services_ = services;
  WEIR_TRY(book.prepare());
  WEIR_ASSIGN(book.size_, book.db_.query_i64("SELECT count(*) FROM address"));
  return book;
}

Result<void> AddressBook::prepare() {
  WEIR_TRY(db_.execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL"));
  WEIR_TRY(db_.execute(tables));
  WEIR_ASSIGN(insert_, db_.prepare("INSERT INTO address(street, city, state, postal_code) "
                                   "VALUES (?, ?, ?, ?)"));
  WEIR_ASSIGN(find_, db_.prepare("SELECT number FROM address WHERE street = ? AND city = ? AND "
                                 "state = ? AND postal_code = ?"));
  WEIR_ASSIGN(at_, db_.prepare("SELECT street, city, state, postal_code FROM address "
                               "WHERE number = ?"));
  WEIR_ASSIGN(waiting_,
              db_.prepare("SELECT number, street, city, state, postal_code FROM address "
                          "WHERE number BETWEEN ? AND ? AND NOT EXISTS (SELECT 1 FROM answer "
                          "WHERE address = number AND (service = ? OR has_place)) "
                          "ORDER BY number LIMIT ?"));
  WEIR_ASSIGN(answer_, db_.prepare("INSERT OR REPLACE INTO answer VALUES (?, ?, ?, ?)"));
  WEIR_ASSIGN(answers_, db_.prepare("SELECT has_place, result FROM answer WHERE address = ? "
                                    "ORDER BY service"));
  return {};
}

// Of who is asked; a new book becomes it.
Result<bool> AddressBook::is_of(const std::string& shown) {
  WEIR_ASSIGN(const std::string of, db_.query_text("SELECT asked FROM book"));
  if (!of.empty()) return of == shown;
  WEIR_TRY(db_.execute("INSERT INTO book VALUES (" + db::quote_text(shown) + ")"));
  return true;
}

Result<std::vector<i64>> AddressBook::add(std::span<const Address> addresses, i64 most) {
  WEIR_ASSIGN(auto transaction, db::Transaction::begin(db_));
  std::vector<i64> numbers;
  for (const Address& address : addresses) {
    WEIR_ASSIGN(i64 number, find(address));
    if (number == 0 && size_ < most) {
      bind_address(insert_, address);
      WEIR_TRY(insert_.run());
      number = ++size_;
    }
    numbers.push_back(number);
  }
  WEIR_TRY(transaction.commit());
  return numbers;
}

Result<i64> AddressBook::find(const Address& address) {
  bind_address(find_, address);
  WEIR_ASSIGN(const bool is_there, find_.step());
  const i64 number = is_there ? find_.column_i64(0) : 0;
  find_.reset();
  return number;
}

Result<Address> AddressBook::at(i64 number) {
  at_.reset();
  at_.bind(1, number);
  WEIR_ASSIGN(const bool is_there, at_.step());
  WEIR_ASSERT(is_there);
  return Address{at_.column_text(0), at_.column_text(1), at_.column_text(2), at_.column_text(3)};
}

Result<void> AddressBook::ask(GeocodeServices& services, i64 first, i64 last, std::stop_token stop,
                              const std::function<void(i64)>& progress) {
  for (i64 number = 0; number < services_; ++number) {
    GeocodeService& service = *services.all()[static_cast<std::size_t>(number)];
    for (i64 from = first; from <= last;) {
      WEIR_ASSIGN(const bool goes_on, ask_batch(service, number, from, last, stop, progress));
      if (!goes_on) break;
    }
  }
  return {};
}

// Asks for the first addresses from number `first` on, which moves behind them. False: the service
// answered none of them, or there are none.
Result<bool> AddressBook::ask_batch(GeocodeService& service, i64 number, i64& first, i64 last,
                                    std::stop_token stop,
                                    const std::function<void(i64)>& progress) {
  Batch batch;
  WEIR_TRY(load(number, first, last, service.batch_size(), batch));
  if (batch.numbers.empty()) return false;
  const auto addresses = batch.addresses();
  WEIR_TRY(service.ask(addresses, batch.answers, stop));
  WEIR_ASSIGN(const i64 answered, store(number, batch));
  const auto asked = static_cast<i64>(addresses.size());
  log(LogLevel::debug, "geocoding service",
      {{"service", std::string(service.name())},
       {"asked", std::to_string(asked)},
       {"answered", std::to_string(answered)}});
  if (progress) progress(asked);
  first = batch.numbers.back() + 1;
  if (answered > 0) return true;
  log(LogLevel::warning,
      fmt::format("the {} geocoding service answers nothing; it is not asked again in this run",
                  service.name()),
      {{"addresses", std::to_string(asked)}, {"why", service.problem()}});
  return false;
}

Result<void> AddressBook::load(i64 service, i64 first, i64 last, i64 most, Batch& batch) {
  waiting_.bind(1, first);
  waiting_.bind(2, last);
  waiting_.bind(3, service);
  waiting_.bind(4, most);
  const auto text = [&](i32 column) { return std::string(waiting_.column_text(column)); };
  for (;;) {
    WEIR_ASSIGN(const bool more, waiting_.step());
    if (!more) break;
    batch.numbers.push_back(waiting_.column_i64(0));
    batch.texts.push_back({text(1), text(2), text(3), text(4)});
  }
  batch.answers.resize(batch.numbers.size());
  return {};
}

Result<i64> AddressBook::store(i64 service, const Batch& batch) {
  WEIR_ASSIGN(auto transaction, db::Transaction::begin(db_));
  i64 answered = 0;
  for (std::size_t i = 0; i < batch.numbers.size(); ++i) {
    if (batch.answers[i].empty()) continue;
    ++answered;
    answer_.bind(1, batch.numbers[i]);
    answer_.bind(2, service);
    answer_.bind(3, i64{has_place(batch.answers[i])});
    answer_.bind_blob(4, batch.answers[i]);
    WEIR_TRY(answer_.run());
  }
  WEIR_TRY(transaction.commit());
  return answered;
}

Result<std::string> AddressBook::result(i64 number) {
  std::string result;
  i64 answered = 0;
  bool is_found = false;
  answers_.bind(1, number);
  for (;;) {
    WEIR_ASSIGN(const bool more, answers_.step());
    if (!more) break;
    ++answered;
    const bool has_place = answers_.column_i64(0) != 0;
    const std::string_view answer = answers_.column_blob(1);
    if (result.empty())
      result = answer;
    else if (has_place && !is_found)
      result = put_over(result, answer);
    is_found = is_found || has_place;
  }
  return is_found || answered == services_ ? result : std::string();
}

Result<void> AddressBook::each_result(
    const std::function<Result<void>(const Address&, std::string_view)>& sink) {
  WEIR_ASSIGN(auto addresses, db_.prepare("SELECT number, street, city, state, postal_code "
                                          "FROM address ORDER BY number"));
  for (;;) {
    WEIR_ASSIGN(const bool more, addresses.step());
    if (!more) return {};
    WEIR_ASSIGN(const std::string result, this->result(addresses.column_i64(0)));
    if (result.empty()) continue;
    WEIR_TRY(sink({addresses.column_text(1), addresses.column_text(2), addresses.column_text(3),
                   addresses.column_text(4)},
                  result));
  }
}

}  // namespace weir::courts
