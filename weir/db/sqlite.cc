#include "weir/db/sqlite.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <system_error>

#include "weir/base/bytes.h"

namespace weir::db {
namespace {

constexpr i64 shown_sql_bytes = 120;

ErrorCode code_of(int result, int system_errno) {
  switch (result & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_CONSTRAINT:
      return ErrorCode::conflict;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_FORMAT:
      return ErrorCode::corrupt;
    case SQLITE_CANTOPEN:
      return system_errno == ENOENT ? ErrorCode::not_found : ErrorCode::io;
    case SQLITE_TOOBIG:
      return ErrorCode::too_large;
    case SQLITE_NOMEM:
      return ErrorCode::budget;
    case SQLITE_INTERRUPT:
      return ErrorCode::cancelled;
    case SQLITE_ERROR:
      return ErrorCode::usage;
    default:
      return ErrorCode::io;
  }
}

// Why SQLite refused. Its own words are kept where they name a thing (a column, a constraint).
std::string reason_of(sqlite3* handle, int result, int system_errno) {
  const auto system = [&](std::string_view otherwise) {
    return system_errno == 0 ? std::string(otherwise)
                             : std::generic_category().message(system_errno);
  };
  switch (result & 0xff) {
    case SQLITE_FULL:
      return "the disk is full";
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return "another process holds the database; wait for it or stop it";
    case SQLITE_READONLY:
      return "the file or its folder may not be written";
    case SQLITE_CORRUPT:
      return "the database is damaged (PRAGMA integrity_check shows where)";
    case SQLITE_NOTADB:
      return "the file is not an SQLite database";
    case SQLITE_IOERR:
      return fmt::format("reading or writing failed: {} (SQLite code {})", system("unknown reason"),
                         result);
    case SQLITE_CANTOPEN:
      return fmt::format("cannot be opened: {}", system("no access"));
    case SQLITE_NOMEM:
      return "no memory left";
    default:
      return handle != nullptr ? sqlite3_errmsg(handle) : sqlite3_errstr(result);
  }
}

// `sql` is empty while the file is opened.
Error sqlite_error(sqlite3* handle, int result, std::string_view sql, std::string_view file) {
  const int system_errno = handle != nullptr ? sqlite3_system_errno(handle) : 0;
  std::string message = fmt::format("{}: {}", file, reason_of(handle, result, system_errno));
  const bool is_database = (result & 0xFF) != SQLITE_NOTADB;  // else any statement would do
  if (!sql.empty() && is_database)
    message += fmt::format(", in \"{}\"", printable(sql, shown_sql_bytes));
  return Error(code_of(result, system_errno), std::move(message));
}

Error statement_error(sqlite3_stmt* statement, int result) {
  sqlite3* handle = sqlite3_db_handle(statement);
  const char* file = sqlite3_db_filename(handle, "main");
  const bool in_memory = file == nullptr || *file == '\0';
  return sqlite_error(handle, result, sqlite3_sql(statement), in_memory ? ":memory:" : file);
}

// SQLite counts a page cache in KiB when the number is negative.
std::string opening_pragmas(const SqliteOptions& options) {
  std::string sql = fmt::format("PRAGMA cache_size = -{};", options.cache_bytes / KiB);
  if (!options.read_only) sql += fmt::format("PRAGMA page_size = {};", options.page_bytes);
  return sql;
}

}  // namespace

void Statement::Finalize::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }

void Statement::bind(i32 position, i64 value) {
  bind_failure_ |= sqlite3_bind_int64(statement_.get(), position, value);
}

void Statement::bind(i32 position, double value) {
  bind_failure_ |= sqlite3_bind_double(statement_.get(), position, value);
}

void Statement::bind(i32 position, std::string_view text) {
  // A null pointer would bind NULL, and an empty view may have one.
  const char* data = text.data() != nullptr ? text.data() : "";
  bind_failure_ |= sqlite3_bind_text64(statement_.get(), position, data, text.size(), SQLITE_STATIC,
                                       SQLITE_UTF8);
}

void Statement::bind_blob(i32 position, std::string_view bytes) {
  const char* data = bytes.data() != nullptr ? bytes.data() : "";
  bind_failure_ |=
      sqlite3_bind_blob64(statement_.get(), position, data, bytes.size(), SQLITE_STATIC);
}

void Statement::bind_null(i32 position) {
  bind_failure_ |= sqlite3_bind_null(statement_.get(), position);
}

Result<bool> Statement::step() {
  if (bind_failure_ != 0) {
    const int failure = std::exchange(bind_failure_, 0);
    return statement_error(statement_.get(), failure);
  }
  const int result = sqlite3_step(statement_.get());
  if (result == SQLITE_ROW) return true;
  if (result != SQLITE_DONE) {
    Error error = statement_error(statement_.get(), result);
    sqlite3_reset(statement_.get());
    return error;
  }
  sqlite3_reset(statement_.get());
  return false;
}

Result<void> Statement::run() {
  for (;;) {
    WEIR_ASSIGN(const bool row, step());
    if (!row) return {};
  }
}

void Statement::reset() { sqlite3_reset(statement_.get()); }

i32 Statement::column_count() const { return sqlite3_column_count(statement_.get()); }

ValueType Statement::column_type(i32 column) const {
  switch (sqlite3_column_type(statement_.get(), column)) {
    case SQLITE_INTEGER:
      return ValueType::integer;
    case SQLITE_FLOAT:
      return ValueType::real;
    case SQLITE_TEXT:
      return ValueType::text;
    case SQLITE_BLOB:
      return ValueType::blob;
    default:
      return ValueType::null;
  }
}

i64 Statement::column_i64(i32 column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

double Statement::column_double(i32 column) const {
  return sqlite3_column_double(statement_.get(), column);
}

std::string_view Statement::column_text(i32 column) const {
  const auto* text = sqlite3_column_text(statement_.get(), column);
  const int bytes = sqlite3_column_bytes(statement_.get(), column);
  return {reinterpret_cast<const char*>(text), static_cast<std::size_t>(bytes)};
}

std::string_view Statement::column_blob(i32 column) const {
  const void* data = sqlite3_column_blob(statement_.get(), column);
  const int bytes = sqlite3_column_bytes(statement_.get(), column);
  return {static_cast<const char*>(data), static_cast<std::size_t>(bytes)};
}

void Connection::Close::operator()(sqlite3* handle) const {
  // The _v2 form waits for statements that are still alive, whatever the order of destruction.
  sqlite3_close_v2(handle);
}

Result<Connection> Connection::open(const std::string& file, const SqliteOptions& options) {
  int flags = SQLITE_OPEN_NOMUTEX;
  flags |= options.read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
  if (options.create && !options.read_only) flags |= SQLITE_OPEN_CREATE;

  sqlite3* handle = nullptr;
  const int result = sqlite3_open_v2(file.c_str(), &handle, flags, nullptr);
  Connection connection(handle, file);  // SQLite gives a handle to close even when it fails
  if (result != SQLITE_OK) return sqlite_error(handle, result, "", file);

  sqlite3_extended_result_codes(handle, 1);
  sqlite3_busy_timeout(handle, static_cast<int>(options.busy_timeout_ms));
  WEIR_TRY(connection.execute(opening_pragmas(options)));
  // Opening reads nothing; this finds out at once whether the file is a database.
  WEIR_TRY(connection.query_i64("SELECT count(*) FROM sqlite_schema"));
  return connection;
}

Result<void> Connection::execute(const std::string& sql) {
  const int result = sqlite3_exec(handle_.get(), sql.c_str(), nullptr, nullptr, nullptr);
  if (result != SQLITE_OK) return sqlite_error(handle_.get(), result, sql, file_);
  return {};
}

Result<Statement> Connection::prepare(std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  const int result = sqlite3_prepare_v3(handle_.get(), sql.data(), static_cast<int>(sql.size()),
                                        SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (result != SQLITE_OK) return sqlite_error(handle_.get(), result, sql, file_);
  return Statement(statement);
}

Result<i64> Connection::query_i64(std::string_view sql) {
  WEIR_ASSIGN(auto statement, prepare(sql));
  WEIR_ASSIGN(const bool row, statement.step());
  return row ? statement.column_i64(0) : 0;
}

Result<std::string> Connection::query_text(std::string_view sql) {
  WEIR_ASSIGN(auto statement, prepare(sql));
  WEIR_ASSIGN(const bool row, statement.step());
  return row ? std::string(statement.column_text(0)) : std::string();
}

Result<void> Connection::attach_module(const std::string& name, const sqlite3_module* module,
                                       void* data) {
  const int result = sqlite3_create_module_v2(handle_.get(), name.c_str(), module, data, nullptr);
  if (result != SQLITE_OK) return sqlite_error(handle_.get(), result, name, file_);
  return {};
}

Result<fts5_api*> Connection::full_text_api() {
  const Error missing(
      ErrorCode::unsupported,
      fmt::format("{}: this SQLite was built without full-text tables (FTS5)", file_));
  auto statement = prepare("SELECT fts5(?1)");
  if (!statement.ok()) return missing;
  fts5_api* api = nullptr;
  sqlite3_bind_pointer(statement->statement_.get(), 1, &api, "fts5_api_ptr", nullptr);
  WEIR_TRY(statement->run());
  if (api == nullptr) return missing;
  return api;
}

i64 Connection::last_insert_rowid() const { return sqlite3_last_insert_rowid(handle_.get()); }

i64 Connection::changes() const { return sqlite3_changes64(handle_.get()); }

bool Connection::in_transaction() const { return sqlite3_get_autocommit(handle_.get()) == 0; }

Result<Transaction> Transaction::begin(Connection& connection) {
  WEIR_TRY(connection.execute("BEGIN IMMEDIATE"));
  return Transaction(connection);
}

Transaction::Transaction(Transaction&& other) noexcept
    : connection_(std::exchange(other.connection_, nullptr)) {}

Transaction::~Transaction() {
  // A full disk makes SQLite roll back by itself; then there is nothing left to do here.
  if (connection_ == nullptr || !connection_->in_transaction()) return;
  static_cast<void>(connection_->execute("ROLLBACK").ok());
}

Result<void> Transaction::commit() {
  WEIR_TRY(connection_->execute("COMMIT"));
  connection_ = nullptr;
  return {};
}

std::string quote_name(std::string_view name) {
  std::string quoted = "\"";
  for (const char c : name) quoted.append(c == '"' ? 2 : 1, c);
  return quoted + '"';
}

std::string quote_text(std::string_view text) {
  std::string quoted = "'";
  for (const char c : text) quoted.append(c == '\'' ? 2 : 1, c);
  return quoted + '\'';
}

}  // namespace weir::db
