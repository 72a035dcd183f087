// What holds for a while of a connection: a way to stop it, and a transaction.
#include <libpq-fe.h>

#include <utility>

#include "weir/target/postgres/postgres_connection.h"

namespace weir::target {

// libpq's cancel may be called from any thread while the connection is at work.
struct PostgresConnection::StopScope::Cancel {
  struct Request {
    pg_cancel* cancel;
    void operator()() const {
      char message[256];
      if (cancel != nullptr) PQcancel(cancel, message, sizeof message);
    }
  };
  Cancel(pg_conn* connection, const std::stop_token& stop)
      : cancel(PQgetCancel(connection)), callback(stop, Request{cancel}) {}

  pg_cancel* cancel;
  std::stop_callback<Request> callback;
};

PostgresConnection::StopScope::StopScope(PostgresConnection& connection, std::stop_token stop)
    : connection_(connection) {
  connection.stop_ = stop;
  cancel_ = std::make_unique<Cancel>(connection.handle_.get(), stop);
}

PostgresConnection::StopScope::~StopScope() {
  pg_cancel* cancel = cancel_->cancel;
  cancel_.reset();  // waits for a callback that runs
  PQfreeCancel(cancel);
  connection_.stop_ = {};
}

std::unique_ptr<PostgresConnection::StopScope> PostgresConnection::stop_by(std::stop_token stop) {
  return std::make_unique<StopScope>(*this, std::move(stop));
}

Result<PostgresTransaction> PostgresTransaction::begin(PostgresConnection& connection) {
  WEIR_TRY(connection.execute("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"));
  return PostgresTransaction(connection);
}

PostgresTransaction::PostgresTransaction(PostgresTransaction&& other) noexcept
    : connection_(std::exchange(other.connection_, nullptr)) {}

PostgresTransaction::~PostgresTransaction() {
  if (connection_ != nullptr) connection_->rollback();
}

// The server answers COMMIT of a transaction that failed with ROLLBACK.
Result<void> PostgresTransaction::commit() {
  PostgresConnection& connection = *std::exchange(connection_, nullptr);
  return connection.commit();
}

}  // namespace weir::target
