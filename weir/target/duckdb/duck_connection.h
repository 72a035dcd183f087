// DuckDB: one database file and the one connection to it, answering in Result.
//
// An error names the file, what was tried and why DuckDB refused. Rows go in as a Batch, which SQL
// sees as the table function weir_rows(), and come out chunk by chunk:
//
//   db->execute("INSERT INTO t SELECT * FROM weir_rows()", schema, batch);
//   auto rows = db->query("SELECT a, b FROM t");
//   while (rows->next()) ...
//
// Threads: one at a time, but for `interrupt`.
#pragma once

#include <duckdb.h>

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "weir/base/batch.h"
#include "weir/base/result.h"
#include "weir/flow/batch_builder.h"

namespace weir::target {

class DuckConnection;

// What a query gives. The connection runs nothing else until this has ended or is gone.
class DuckRows {
 public:
  DuckRows(DuckRows&& other) noexcept;
  DuckRows& operator=(DuckRows&& other) = delete;
  ~DuckRows();

  // Goes to the next chunk of at most some thousand rows; false at the end.
  Result<bool> next();
  i64 rows() const { return rows_; }
  duckdb_vector column(i64 index) const;

 private:
  friend class DuckConnection;
  explicit DuckRows(DuckConnection& connection) : connection_(&connection) {}

  DuckConnection* connection_;
  duckdb_prepared_statement statement_ = nullptr;
  duckdb_result result_ = {};
  bool has_result_ = false;
  duckdb_data_chunk chunk_ = nullptr;
  i64 rows_ = 0;
};

struct DuckOptions {
  bool read_only = false;
  i64 memory_bytes = 0;
  i64 threads = 1;
  i64 row_group_rows = 0;  // of what is written from now on; 0: DuckDB's own
};

class DuckConnection {
 public:
  // Makes the file where there is none, but for `read_only`.
  // Errors: not_found  for reading, there is no such file.  conflict  another process has it open.
  //         corrupt    it is no database of DuckDB.         io
  static Result<std::unique_ptr<DuckConnection>> open(const std::filesystem::path& file,
                                                      const DuckOptions& options);
  ~DuckConnection();
  DuckConnection(const DuckConnection&) = delete;
  DuckConnection& operator=(const DuckConnection&) = delete;

  const std::string& file() const { return file_; }
  // What the database is called in SQL, whatever its file is.
  static constexpr std::string_view catalog() { return "db"; }

  // What DuckDB's own buffers may take; besides that it holds some ten MiB.
  Result<void> set_memory(i64 bytes);
  i64 memory_bytes() const { return memory_bytes_; }
  Result<void> set_threads(i64 threads);

  // Runs statements to their end. Returns how many rows the last one changed.
  // Errors: budget  memory_bytes are too little.  cancelled  interrupted.  io
  Result<i64> execute(const std::string& sql);
  // The same for one statement, which finds `rows` in weir_rows().
  Result<i64> execute(const std::string& sql, const Schema& schema, const Batch& rows);

  // Rows as they come, without waiting for the last one.
  Result<DuckRows> query(const std::string& sql);
  // The only value of a query, an integer.
  Result<i64> query_number(const std::string& sql);
  // The texts of a query's only column, without nulls.
  Result<std::vector<std::string>> query_texts(const std::string& sql);

  // Ends the statement that runs. Threads: any.
  void interrupt();

 private:
  static Result<void> create(const std::filesystem::path& file, const DuckOptions& options);
  friend class DuckRows;
  // What weir_rows() gives.
  struct Source {
    const Schema* schema = nullptr;
    const Batch* rows = nullptr;
  };
  class RowFunction;

  explicit DuckConnection(std::string file) : file_(std::move(file)) {}
  Result<void> connect(const DuckOptions& options);
  Result<void> configure(duckdb_config config, const DuckOptions& options) const;
  Result<duckdb_prepared_statement> prepare(const std::string& sql);
  Error error_of(duckdb_error_type type, const char* message, std::string_view sql) const;
  Error error_of(duckdb_result& result, std::string_view sql) const;

  std::string file_;
  i64 memory_bytes_ = 0;
  duckdb_database database_ = nullptr;
  duckdb_connection connection_ = nullptr;
  Source source_;
  std::map<std::string, duckdb_prepared_statement> prepared_;  // those that take rows
};

// A transaction, rolled back unless it is committed.
class DuckTransaction {
 public:
  static Result<DuckTransaction> begin(DuckConnection& connection);
  DuckTransaction(DuckTransaction&& other) noexcept;
  DuckTransaction& operator=(DuckTransaction&& other) = delete;
  ~DuckTransaction();

  Result<void> commit();

 private:
  explicit DuckTransaction(DuckConnection& connection) : connection_(&connection) {}
  DuckConnection* connection_;  // null once committed
};

// Calls `sink` with the rows as batches of at most `batch_rows`, as `schema` says of the columns;
// fewer where `arena` is full.
// Errors: budget  one row is larger than the arena; those of the query and of `sink`.
Result<void> collect_rows(DuckRows& rows, const Schema& schema, i64 batch_rows, flow::Arena& arena,
                          const std::function<Result<void>(const Batch&)>& sink);

}  // namespace weir::target
