#include "weir/target/duckdb/duck_connection.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "weir/base/bytes.h"
#include "weir/db/sqlite.h"  // quote_text
#include "weir/target/duckdb/duck_vectors.h"

namespace weir::target {
namespace {

namespace fs = std::filesystem;

ErrorCode code_of(duckdb_error_type type, std::string_view message) {
  if (message.find("not a valid DuckDB database file") != message.npos) return ErrorCode::corrupt;
  if (message.find("lock on file") != message.npos) return ErrorCode::conflict;
  // A commit that fails for want of memory is told as an error of the transaction.
  if (type == DUCKDB_ERROR_OUT_OF_MEMORY ||
      message.find("could not allocate block") != message.npos)
    return ErrorCode::budget;
  if (type == DUCKDB_ERROR_INTERRUPT) return ErrorCode::cancelled;
  if (type == DUCKDB_ERROR_CONVERSION) return ErrorCode::usage;
  return ErrorCode::io;
}

std::string_view advice_for(ErrorCode code) {
  switch (code) {
    case ErrorCode::budget:
      return "; raise --memory";
    case ErrorCode::conflict:
      return "; close it there";
    default:
      return "";
  }
}

// `IO Error: Cannot open file "a": No such file` without its kind and what follows the first line.
std::string_view plain_message(std::string_view message) {
  message = message.substr(0, message.find('\n'));
  const auto colon = message.find(" Error: ");
  return colon == message.npos ? message : message.substr(colon + 8);
}

std::string memory_setting(i64 bytes) { return fmt::format("{}B", bytes); }

}  // namespace

// The table function weir_rows(): the batch that `execute` was given.
class DuckConnection::RowFunction {
 public:
  static bool add(duckdb_connection connection, Source* source) {
    duckdb_table_function function = duckdb_create_table_function();
    duckdb_table_function_set_name(function, "weir_rows");
    duckdb_table_function_set_extra_info(function, source, nullptr);
    duckdb_table_function_set_bind(function, bind);
    duckdb_table_function_set_init(function, init);
    duckdb_table_function_set_function(function, give);
    const bool added = duckdb_register_table_function(connection, function) == DuckDBSuccess;
    duckdb_destroy_table_function(&function);
    return added;
  }

 private:
  static void bind(duckdb_bind_info info) {
    const auto* source = static_cast<const Source*>(duckdb_bind_get_extra_info(info));
    if (source->schema == nullptr) return duckdb_bind_set_error(info, "there are no rows to give");
    for (const Field& field : source->schema->fields) {
      duckdb_logical_type type = make_duck_type(field.type);
      duckdb_bind_add_result_column(info, field.name.c_str(), type);
      duckdb_destroy_logical_type(&type);
    }
    duckdb_bind_set_cardinality(info, static_cast<idx_t>(source->rows->rows), true);
  }

  static void init(duckdb_init_info info) {
    duckdb_init_set_max_threads(info, 1);
    auto* position = static_cast<i64*>(duckdb_malloc(sizeof(i64)));
    *position = 0;
    duckdb_init_set_init_data(info, position, duckdb_free);
  }

  static void give(duckdb_function_info info, duckdb_data_chunk output) {
    const auto* source = static_cast<const Source*>(duckdb_function_get_extra_info(info));
    i64& position = *static_cast<i64*>(duckdb_function_get_init_data(info));
    const i64 rows =
        std::min(source->rows->rows - position, static_cast<i64>(duckdb_vector_size()));
    for (std::size_t i = 0; i < source->rows->columns.size() && rows > 0; ++i)
      write_vector(source->rows->columns[i], position, rows,
                   duckdb_data_chunk_get_vector(output, static_cast<idx_t>(i)));
    duckdb_data_chunk_set_size(output, static_cast<idx_t>(rows));
    position += rows;
  }
};

Result<std::unique_ptr<DuckConnection>> DuckConnection::open(const fs::path& file,
                                                             const DuckOptions& options) {
  std::error_code ignored;
  if (options.read_only && !fs::exists(file, ignored))
    return Error(ErrorCode::not_found, fmt::format("{}: there is no such file", file.string()));
  if (!options.read_only && !fs::exists(file, ignored)) WEIR_TRY(create(file, options));
  std::unique_ptr<DuckConnection> opened(new DuckConnection(file.string()));
  WEIR_TRY(opened->connect(options));
  return opened;
}

// DuckDB writes a new file in several steps. So it gets its name when it is whole.
Result<void> DuckConnection::create(const fs::path& file, const DuckOptions& options) {
  fs::path made = file;
  made += ".weir-new";
  const auto remove = [&] {
    std::error_code ignored;
    for (const char* end : {"", ".wal", ".tmp"}) fs::remove_all(made.string() + end, ignored);
  };
  remove();
  auto written = DuckConnection(made.string()).connect(options);
  std::error_code error;
  if (written.ok()) fs::rename(made, file, error);
  remove();
  if (error) return system_error(fmt::format("cannot make {}", file.string()), error.value());
  return written;
}

DuckConnection::~DuckConnection() {
  for (auto& [sql, statement] : prepared_) duckdb_destroy_prepare(&statement);
  duckdb_disconnect(&connection_);
  duckdb_close(&database_);
}

Result<void> DuckConnection::configure(duckdb_config config, const DuckOptions& options) const {
  const std::pair<const char*, std::string> settings[] = {
      {"memory_limit", memory_setting(options.memory_bytes)},
      {"threads", std::to_string(options.threads)},
      {"temp_directory", file_ + ".tmp"},
      {"preserve_insertion_order", "false"},
      {"autoinstall_known_extensions", "false"},
  };
  for (const auto& [name, value] : settings)
    if (duckdb_set_config(config, name, value.c_str()) != DuckDBSuccess)
      return Error(ErrorCode::unsupported,
                   fmt::format("{}: this DuckDB, {}, has no setting {} = {}", file_,
                               duckdb_library_version(), name, value));
  return {};
}

Result<void> DuckConnection::connect(const DuckOptions& options) {
  memory_bytes_ = options.memory_bytes;
  duckdb_config config = nullptr;
  duckdb_create_config(&config);
  Result<void> done = configure(config, options);
  char* message = nullptr;
  if (done.ok() && duckdb_open_ext(":memory:", &database_, config, &message) != DuckDBSuccess)
    done = error_of(DUCKDB_ERROR_IO, message, "start DuckDB");
  duckdb_free(message);
  duckdb_destroy_config(&config);
  WEIR_TRY(std::move(done));
  if (duckdb_connect(database_, &connection_) != DuckDBSuccess ||
      !RowFunction::add(connection_, &source_))
    return Error(ErrorCode::io, fmt::format("{}: DuckDB gives no connection", file_));
  // Texts that are bounds of a scan say times in UTC.
  WEIR_TRY(execute("SET TimeZone = 'UTC'"));
  const std::string group =
      options.row_group_rows > 0 ? fmt::format(", ROW_GROUP_SIZE {}", options.row_group_rows) : "";
  WEIR_TRY(execute(fmt::format("ATTACH {} AS {} ({}{})", db::quote_text(file_), catalog(),
                               options.read_only ? "READ_ONLY" : "READ_WRITE", group)));
  return {};
}

Error DuckConnection::error_of(duckdb_error_type type, const char* message,
                               std::string_view sql) const {
  const std::string_view said = message == nullptr ? "no reason given" : message;
  const ErrorCode code = code_of(type, said);
  if (code == ErrorCode::cancelled) return Error(code, fmt::format("{}: stopped", file_));
  constexpr std::size_t longest_sql = 80;
  constexpr i64 longest_message = 500;
  return Error(code,
               fmt::format("{}: cannot {}{}: {}{}", file_, printable(sql.substr(0, longest_sql)),
                           sql.size() > longest_sql ? "..." : "",
                           printable(plain_message(said), longest_message), advice_for(code)));
}

Error DuckConnection::error_of(duckdb_result& result, std::string_view sql) const {
  return error_of(duckdb_result_error_type(&result), duckdb_result_error(&result), sql);
}

Result<void> DuckConnection::set_memory(i64 bytes) {
  WEIR_TRY(execute(fmt::format("SET memory_limit = '{}'", memory_setting(bytes))));
  memory_bytes_ = bytes;
  return {};
}

Result<void> DuckConnection::set_threads(i64 threads) {
  WEIR_TRY(execute(fmt::format("SET threads = {}", threads)));
  return {};
}

Result<i64> DuckConnection::execute(const std::string& sql) {
  duckdb_result result;
  const bool done = duckdb_query(connection_, sql.c_str(), &result) == DuckDBSuccess;
  const auto changed = static_cast<i64>(done ? duckdb_rows_changed(&result) : 0);
  Result<i64> outcome = done ? Result<i64>(changed) : Result<i64>(error_of(result, sql));
  duckdb_destroy_result(&result);
  return outcome;
}

Result<i64> DuckConnection::execute(const std::string& sql, const Schema& schema,
                                    const Batch& rows) {
  source_ = {&schema, &rows};
  auto found = prepared_.find(sql);
  if (found == prepared_.end()) {
    WEIR_ASSIGN(duckdb_prepared_statement statement, prepare(sql));
    found = prepared_.emplace(sql, statement).first;
  }
  duckdb_result result;
  const bool done = duckdb_execute_prepared(found->second, &result) == DuckDBSuccess;
  const auto changed = static_cast<i64>(done ? duckdb_rows_changed(&result) : 0);
  Result<i64> outcome = done ? Result<i64>(changed) : Result<i64>(error_of(result, sql));
  duckdb_destroy_result(&result);
  source_ = {};
  return outcome;
}

Result<duckdb_prepared_statement> DuckConnection::prepare(const std::string& sql) {
  duckdb_prepared_statement statement = nullptr;
  if (duckdb_prepare(connection_, sql.c_str(), &statement) == DuckDBSuccess) return statement;
  const Error error = error_of(DUCKDB_ERROR_INVALID, duckdb_prepare_error(statement), sql);
  duckdb_destroy_prepare(&statement);
  return error;
}

Result<DuckRows> DuckConnection::query(const std::string& sql) {
  DuckRows rows(*this);
  WEIR_ASSIGN(rows.statement_, prepare(sql));
  duckdb_pending_result pending = nullptr;
  const bool begun = duckdb_pending_prepared_streaming(rows.statement_, &pending) == DuckDBSuccess;
  if (!begun) {
    const Error error = error_of(DUCKDB_ERROR_INVALID, duckdb_pending_error(pending), sql);
    duckdb_destroy_pending(&pending);
    return error;
  }
  const bool done = duckdb_execute_pending(pending, &rows.result_) == DuckDBSuccess;
  rows.has_result_ = true;
  duckdb_destroy_pending(&pending);
  if (!done) return error_of(rows.result_, sql);
  return rows;
}

Result<i64> DuckConnection::query_number(const std::string& sql) {
  WEIR_ASSIGN(DuckRows rows, query(fmt::format("SELECT CAST(({}) AS BIGINT)", sql)));
  WEIR_ASSIGN(const bool found, rows.next());
  if (!found) return Error(ErrorCode::io, fmt::format("{}: {} gives no row", file_, sql));
  return *static_cast<const i64*>(duckdb_vector_get_data(rows.column(0)));
}

Result<std::vector<std::string>> DuckConnection::query_texts(const std::string& sql) {
  WEIR_ASSIGN(DuckRows rows, query(sql));
  std::vector<std::string> texts;
  for (;;) {
    WEIR_ASSIGN(const bool more, rows.next());
    if (!more) return texts;
    auto* values = static_cast<duckdb_string_t*>(duckdb_vector_get_data(rows.column(0)));
    for (i64 row = 0; row < rows.rows(); ++row)
      texts.emplace_back(duckdb_string_t_data(&values[row]), duckdb_string_t_length(values[row]));
  }
}

void DuckConnection::interrupt() { duckdb_interrupt(connection_); }

Result<DuckTransaction> DuckTransaction::begin(DuckConnection& connection) {
  WEIR_TRY(connection.execute("BEGIN TRANSACTION"));
  return DuckTransaction(connection);
}

DuckTransaction::DuckTransaction(DuckTransaction&& other) noexcept
    : connection_(std::exchange(other.connection_, nullptr)) {}

DuckTransaction::~DuckTransaction() {
  if (connection_ != nullptr) static_cast<void>(connection_->execute("ROLLBACK").ok());
}

Result<void> DuckTransaction::commit() {
  WEIR_TRY(connection_->execute("COMMIT"));
  connection_ = nullptr;
  return {};
}

}  // namespace weir::target
