#include "weir/target/postgres/postgres_connection.h"

#include <fmt/format.h>
#include <libpq-fe.h>

#include <charconv>
#include <cstring>

#include "weir/base/bytes.h"

namespace weir::target {
namespace {

constexpr int oldest_version = 120000;
// What is handed to libpq at once: it makes a copy of it.
constexpr std::size_t piece_bytes = 64 * KiB;
constexpr std::string_view copy_signature("PGCOPY\n\377\r\n\0", 11);
constexpr std::size_t copy_header_bytes = 19;
constexpr i64 shown_sql_bytes = 120;

// Settings of the session. Limits that are meant for people's queries do not end a load; a client
// that was killed is noticed within a second, also while a statement runs; a run that says it is
// done is on disk. Settings that this server does not know are left out.
constexpr const char* settings_sql = R"(
SELECT set_config(s.name, v.value, false) FROM pg_catalog.pg_settings s JOIN (VALUES
  ('statement_timeout', '0'), ('idle_in_transaction_session_timeout', '0'),
  ('idle_session_timeout', '0'), ('client_connection_check_interval', '1000'),
  ('client_min_messages', 'warning'), ('standard_conforming_strings', 'on'),
  ('TimeZone', 'UTC'), ('DateStyle', 'ISO'), ('search_path', 'pg_catalog')) v(name, value) ON s.name = v.name
UNION ALL
SELECT set_config(name, 'on', false) FROM pg_catalog.pg_settings
WHERE name = 'synchronous_commit' AND setting = 'off')";

std::string_view field(const pg_result* result, int code) {
  const char* text = result == nullptr ? nullptr : PQresultErrorField(result, code);
  return text == nullptr ? std::string_view() : std::string_view(text);
}

// SQLSTATE, "PostgreSQL Error Codes"; the first two characters are the class.
ErrorCode code_of(std::string_view state) {
  const std::string_view kind = state.substr(0, 2);
  if (state == "57014") return ErrorCode::cancelled;
  if (state == "55P03" || kind == "40" || kind == "23") return ErrorCode::conflict;
  if (state == "42P01" || state == "42703" || kind == "3F" || kind == "3D")
    return ErrorCode::not_found;
  if (kind == "22") return ErrorCode::corrupt;
  if (kind == "54") return ErrorCode::too_large;
  if (kind == "0A") return ErrorCode::unsupported;
  return ErrorCode::io;
}

// libpq's own messages end in a line break, and may have several lines.
std::string one_line(std::string_view message) {
  std::string line;
  for (const char c : trim(message)) line += c == '\n' ? ' ' : c;
  return line;
}

void on_notice(void*, const pg_result*) {}

}  // namespace

i64 PostgresRows::count() const { return PQntuples(result_.get()); }
bool PostgresRows::is_null(i64 row, i32 column) const {
  return PQgetisnull(result_.get(), static_cast<int>(row), column) != 0;
}
std::string_view PostgresRows::text(i64 row, i32 column) const {
  return {PQgetvalue(result_.get(), static_cast<int>(row), column),
          static_cast<std::size_t>(PQgetlength(result_.get(), static_cast<int>(row), column))};
}
i64 PostgresRows::number(i64 row, i32 column) const {
  const std::string_view digits = text(row, column);
  i64 value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return value;
}
i64 PostgresRows::changed() const {
  const char* digits = PQcmdTuples(result_.get());
  i64 value = 0;
  std::from_chars(digits, digits + std::strlen(digits), value);
  return value;
}

void PostgresRows::Clear::operator()(pg_result* result) const { PQclear(result); }
void PostgresConnection::Finish::operator()(pg_conn* connection) const { PQfinish(connection); }

Result<std::unique_ptr<PostgresConnection>> PostgresConnection::open(const PostgresUrl& url) {
  // The URL's own parameters come behind these, and win.
  const char* names[] = {"keepalives_idle", "keepalives_interval", "keepalives_count",
                         "connect_timeout", "tcp_user_timeout",    "fallback_application_name",
                         "dbname",          "client_encoding",     nullptr};
  const char* values[] = {"30",   "10",   "6", "15", "120000", "weir", url.uri.c_str(),
                          "UTF8", nullptr};
  std::unique_ptr<PostgresConnection> opened(
      new PostgresConnection(PQconnectdbParams(names, values, 1), url.shown));
  pg_conn* handle = opened->handle_.get();
  if (handle == nullptr) return Error(ErrorCode::io, "no memory for a connection to PostgreSQL");
  if (PQstatus(handle) != CONNECTION_OK) {
    const std::string reason = one_line(PQerrorMessage(handle));
    const bool no_database =
        reason.find("database \"") != reason.npos && reason.ends_with("does not exist");
    return Error(no_database ? ErrorCode::not_found : ErrorCode::io,
                 fmt::format("{}: cannot connect: {}", url.shown, reason));
  }
  PQsetNoticeReceiver(handle, on_notice, nullptr);
  WEIR_TRY(opened->configure());
  return opened;
}

PostgresConnection::~PostgresConnection() { PQfreemem(row_); }

Result<void> PostgresConnection::configure() {
  const int version = PQserverVersion(handle_.get());
  if (version < oldest_version)
    return Error(ErrorCode::unsupported,
                 fmt::format("{}: the server is PostgreSQL {}; Weir needs 12 or newer", shown_,
                             version / 10000));
  const char* encoding = PQparameterStatus(handle_.get(), "server_encoding");
  if (encoding == nullptr || std::string_view(encoding) != "UTF8")
    return Error(ErrorCode::unsupported,
                 fmt::format("{}: the database is in {}, which does not hold all texts; make one "
                             "with ENCODING 'UTF8'",
                             shown_, encoding == nullptr ? "an unknown encoding" : encoding));
  return execute(settings_sql);
}

Result<void> PostgresConnection::name_session(std::string_view name) {
  WEIR_TRY(query("SELECT set_config('application_name', $1, false)", {std::string(name)}));
  return {};
}

Error PostgresConnection::failure(std::string_view sql, const pg_result* result) const {
  const std::string_view state = field(result, PG_DIAG_SQLSTATE);
  if (stop_.stop_requested() && (state.empty() || state == "57014"))
    return Error(ErrorCode::cancelled, "stopped before the run was committed");
  if (PQstatus(handle_.get()) == CONNECTION_BAD)
    return Error(ErrorCode::io,
                 fmt::format("{}: the connection to the server was lost: {}; run the same command "
                             "again once it is back",
                             shown_, one_line(PQerrorMessage(handle_.get()))));
  std::string why(field(result, PG_DIAG_MESSAGE_PRIMARY));
  if (why.empty()) why = one_line(PQerrorMessage(handle_.get()));
  for (const int more : {PG_DIAG_MESSAGE_DETAIL, PG_DIAG_MESSAGE_HINT, PG_DIAG_CONTEXT})
    if (const auto text = field(result, more); !text.empty())
      why += fmt::format("; {}", one_line(text));
  return Error(code_of(state),
               fmt::format("{}: {} (in: {})", shown_, why, printable(trim(sql), shown_sql_bytes)));
}

Result<PostgresRows> PostgresConnection::take(pg_result* result, std::string_view sql) {
  PostgresRows rows(result);
  const auto status = PQresultStatus(result);
  if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) return rows;
  return failure(sql, result);
}

// A request that comes between two statements finds nothing to cancel.
Result<void> PostgresConnection::check_stop() const {
  if (!stop_.stop_requested()) return {};
  return Error(ErrorCode::cancelled, "stopped before the run was committed");
}

void PostgresConnection::rollback() {
  if (state() != State::lost) PQclear(PQexec(handle_.get(), "ROLLBACK"));
}

Result<void> PostgresConnection::execute(const std::string& sql) {
  WEIR_TRY(check_stop());
  WEIR_TRY(take(PQexec(handle_.get(), sql.c_str()), sql));
  return {};
}

Result<PostgresRows> PostgresConnection::query(
    const std::string& sql, const std::vector<std::optional<std::string>>& parameters) {
  std::vector<const char*> values;
  for (const auto& parameter : parameters)
    values.push_back(parameter ? parameter->c_str() : nullptr);
  return take(PQexecParams(handle_.get(), sql.c_str(), static_cast<int>(values.size()), nullptr,
                           values.data(), nullptr, nullptr, 0),
              sql);
}

Result<i64> PostgresConnection::change(const std::string& sql) {
  WEIR_TRY(check_stop());
  WEIR_ASSIGN(const PostgresRows rows, take(PQexec(handle_.get(), sql.c_str()), sql));
  return rows.changed();
}

Result<void> PostgresConnection::commit() {
  pg_result* result = PQexec(handle_.get(), "COMMIT");
  const std::string tag = PQcmdStatus(result);
  auto committed = take(result, "COMMIT");
  if (!committed.ok() && state() == State::lost)
    return Error(
        ErrorCode::io,
        fmt::format("{}: the connection was lost while the run was committed; run the same "
                    "command again, which finds out whether it is there",
                    shown_));
  WEIR_TRY(std::move(committed));
  // So the server answers where the transaction had failed before.
  if (tag != "ROLLBACK") return {};
  return Error(ErrorCode::io, fmt::format("{}: the server took the transaction back", shown_));
}

Result<void> PostgresConnection::begin_copy(const std::string& copy, int wanted) {
  WEIR_TRY(check_stop());
  pg_result* result = PQexec(handle_.get(), copy.c_str());
  const PostgresRows rows(result);
  return PQresultStatus(result) == wanted ? Result<void>() : failure(copy, result);
}

Result<void> PostgresConnection::send_rows(const std::string& copy, std::string_view rows) {
  const std::scoped_lock lock(sending_);
  WEIR_TRY(begin_copy(copy, PGRES_COPY_IN));
  std::string header(copy_signature);
  header.resize(copy_header_bytes);  // no flags, no extension
  auto sent = put_copy_data(header);
  if (sent.ok()) sent = put_copy_data(rows);
  if (sent.ok()) sent = put_copy_data(std::string_view("\xFF\xFF", 2));
  // What the server refused is told at the end.
  auto ended = end_copy(copy);
  return ended.ok() ? sent : ended;
}

Result<void> PostgresConnection::put_copy_data(std::string_view rows) {
  for (; !rows.empty(); rows.remove_prefix(std::min(rows.size(), piece_bytes))) {
    const auto size = static_cast<int>(std::min(rows.size(), piece_bytes));
    if (PQputCopyData(handle_.get(), rows.data(), size) != 1) return failure("COPY", nullptr);
  }
  return {};
}

Result<void> PostgresConnection::end_copy(std::string_view sql) {
  if (PQputCopyEnd(handle_.get(), nullptr) != 1) return failure(sql, nullptr);
  Result<void> ended;
  while (pg_result* result = PQgetResult(handle_.get())) {
    auto taken = take(result, sql);
    if (!taken.ok() && ended.ok()) ended = std::move(taken).error();
  }
  return ended;
}

Result<void> PostgresConnection::begin_rows(const std::string& copy) {
  WEIR_TRY(begin_copy(copy, PGRES_COPY_OUT));
  copy_ = copy;
  first_row_ = true;
  return {};
}

Result<bool> PostgresConnection::next_row(std::string_view& row) {
  PQfreemem(row_);
  row_ = nullptr;
  const int size = PQgetCopyData(handle_.get(), &row_, 0);
  if (size < 0) {
    Result<void> ended;
    if (size == -2) ended = failure(copy_, nullptr);
    while (pg_result* result = PQgetResult(handle_.get())) {
      auto taken = take(result, copy_);
      if (!taken.ok() && ended.ok()) ended = std::move(taken).error();
    }
    WEIR_TRY(std::move(ended));
    return false;
  }
  row = {row_, static_cast<std::size_t>(size)};
  if (first_row_) row.remove_prefix(std::min(row.size(), copy_header_bytes));
  first_row_ = false;
  if (row.size() > 2) return true;
  return next_row(row);  // the end mark
}

Result<void> PostgresConnection::receive_rows(const std::string& copy, const CopyRow& sink) {
  WEIR_TRY(begin_rows(copy));
  std::string_view row;
  for (;;) {
    WEIR_ASSIGN(const bool more, next_row(row));
    if (!more) return {};
    auto taken = sink(row);
    if (taken.ok()) continue;
    abandon_copy();
    return taken;
  }
}

// The server is told to stop, and what it sent meanwhile is passed over.
void PostgresConnection::abandon_copy() {
  char message[256];
  pg_cancel* cancel = PQgetCancel(handle_.get());
  if (cancel != nullptr) PQcancel(cancel, message, sizeof message);
  PQfreeCancel(cancel);
  for (int size = 0; size >= 0;) {
    PQfreemem(row_);
    row_ = nullptr;
    size = PQgetCopyData(handle_.get(), &row_, 0);
  }
  while (pg_result* result = PQgetResult(handle_.get())) PQclear(result);
}

PostgresConnection::State PostgresConnection::state() const {
  if (PQstatus(handle_.get()) == CONNECTION_BAD) return State::lost;
  switch (PQtransactionStatus(handle_.get())) {
    case PQTRANS_IDLE:
      return State::idle;
    case PQTRANS_INERROR:
      return State::failed_transaction;
    default:
      return State::in_transaction;
  }
}

}  // namespace weir::target
