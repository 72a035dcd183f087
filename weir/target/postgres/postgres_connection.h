// A connection to a PostgreSQL server by libpq: statements, COPY and transactions that answer in
// Result.
//
// An error names the server and database, says why in the server's own words and shows the
// statement. Passwords are in none of it. Results are texts; rows in bulk go by binary COPY, a
// message at a time, whatever their number.
//
// Threads: one at a time, but for `send_rows`, which any thread may call.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "weir/base/result.h"
#include "weir/base/types.h"
#include "weir/target/postgres/postgres_url.h"

struct pg_conn;
struct pg_result;

namespace weir::target {

// What a statement gave: rows of texts.
class PostgresRows {
 public:
  explicit PostgresRows(pg_result* result) : result_(result) {}

  i64 count() const;
  bool is_null(i64 row, i32 column) const;
  std::string_view text(i64 row, i32 column) const;  // empty where it is null
  i64 number(i64 row, i32 column) const;             // 0 where it is none
  // Rows that an INSERT, UPDATE, DELETE or COPY changed.
  i64 changed() const;

 private:
  struct Clear {
    void operator()(pg_result* result) const;
  };
  std::unique_ptr<pg_result, Clear> result_;
};

class PostgresConnection {
 public:
  // Errors: not_found  no such database.  io  no server there, refused, wrong password.
  //         unsupported  the server is older than 12, or its database is not in UTF-8.
  static Result<std::unique_ptr<PostgresConnection>> open(const PostgresUrl& url);
  ~PostgresConnection();
  PostgresConnection(const PostgresConnection&) = delete;
  PostgresConnection& operator=(const PostgresConnection&) = delete;

  const std::string& shown() const { return shown_; }
  // How the server's users see this session in pg_stat_activity.
  Result<void> name_session(std::string_view name);

  // One or several statements; rows are passed over.
  // Errors, here and below: io  the connection is lost, the disk is full, no right.  not_found  no
  //   such table, column or schema.  conflict  another session holds it, or a constraint does not
  //   hold.  cancelled  the user stopped the run.  corrupt  a value that the server does not take.
  //   too_large  beyond a limit of the server.
  Result<void> execute(const std::string& sql);
  // One statement with parameters $1, $2, ...; nothing is null.
  Result<PostgresRows> query(const std::string& sql,
                             const std::vector<std::optional<std::string>>& parameters = {});
  // How many rows one statement changed.
  Result<i64> change(const std::string& sql);

  // Takes a transaction back, also after a request to stop.
  void rollback();
  // Ends a transaction. Errors: io  also where it is not known whether it was committed, as the
  // connection was lost meanwhile.
  Result<void> commit();

  // Adds rows, in binary COPY format without header and end, by `COPY ... FROM STDIN`.
  Result<void> send_rows(const std::string& copy, std::string_view rows);
  // Calls with each row that `COPY ... TO STDOUT` gives; an Error ends the copy.
  using CopyRow = std::function<Result<void>(std::string_view row)>;
  Result<void> receive_rows(const std::string& copy, const CopyRow& sink);
  // The same, one row a call: `begin_rows`, then `next_row` until it says false. Nothing else may
  // be done meanwhile. `row` is valid until the next call.
  Result<void> begin_rows(const std::string& copy);
  Result<bool> next_row(std::string_view& row);

  enum class State { idle, in_transaction, failed_transaction, lost };
  State state() const;

  // While it lives, a request to stop cancels the statement that the server is at.
  class StopScope;
  std::unique_ptr<StopScope> stop_by(std::stop_token stop);

 private:
  struct Finish {
    void operator()(pg_conn* connection) const;
  };
  PostgresConnection(pg_conn* connection, std::string shown)
      : handle_(connection), shown_(std::move(shown)) {}

  Result<void> configure();
  Result<void> check_stop() const;
  Result<PostgresRows> take(pg_result* result, std::string_view sql);
  Result<void> begin_copy(const std::string& copy, int wanted);
  Result<void> put_copy_data(std::string_view rows);
  Result<void> end_copy(std::string_view sql);
  void abandon_copy();
  Error failure(std::string_view sql, const pg_result* result) const;

  std::unique_ptr<pg_conn, Finish> handle_;
  std::string shown_;
  std::mutex sending_;  // one COPY at a time
  std::stop_token stop_;
  std::string copy_;       // the COPY that rows are read of
  char* row_ = nullptr;    // of libpq
  bool first_row_ = true;  // which has the header in front
};

class PostgresConnection::StopScope {
 public:
  StopScope(PostgresConnection& connection, std::stop_token stop);
  ~StopScope();

 private:
  struct Cancel;
  PostgresConnection& connection_;
  std::unique_ptr<Cancel> cancel_;
};

// Rolled back at its end unless committed.
class [[nodiscard]] PostgresTransaction {
 public:
  static Result<PostgresTransaction> begin(PostgresConnection& connection);
  PostgresTransaction(PostgresTransaction&& other) noexcept;
  PostgresTransaction& operator=(PostgresTransaction&& other) = delete;
  ~PostgresTransaction();

  Result<void> commit();

 private:
  explicit PostgresTransaction(PostgresConnection& connection) : connection_(&connection) {}
  PostgresConnection* connection_;  // null once committed
};

}  // namespace weir::target
