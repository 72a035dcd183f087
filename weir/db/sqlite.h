// SQLite: connections, prepared statements and transactions that answer in Result.
//
// An error names the file, says in plain words why SQLite refused and shows the statement that was
// tried. Values are bound and read by position: parameters count from 1, columns from 0, as in
// SQLite itself.
//
//   WEIR_ASSIGN(auto db, db::Connection::open("a.sqlite", {}));
//   WEIR_ASSIGN(auto insert, db.prepare("INSERT INTO t VALUES (?, ?)"));
//   WEIR_ASSIGN(auto transaction, db::Transaction::begin(db));
//   insert.bind(1, i64{7});
//   insert.bind(2, "seven");
//   WEIR_TRY(insert.run());
//   WEIR_TRY(transaction.commit());
//
// Threads: a connection and its statements belong to one thread at a time.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "weir/base/result.h"
#include "weir/base/types.h"

struct sqlite3;
struct sqlite3_stmt;
struct sqlite3_module;
struct fts5_api;

namespace weir::db {

struct SqliteOptions {
  bool read_only = false;
  bool create = true;           // make the file where there is none; not with read_only
  i64 cache_bytes = 2 * MiB;    // pages held in memory
  i64 page_bytes = 4 * KiB;     // of a file that is made now; a power of 2 up to 64 KiB
  i64 busy_timeout_ms = 5'000;  // how long to wait for a lock before `conflict`
};

class Connection;

enum class ValueType { integer, real, text, blob, null };

class Statement {
 public:
  Statement() = default;

  // Texts and blobs are not copied: they must stay where they are until the next `step` is done.
  // A bind that fails (a text beyond SQLite's limit) is told by the next `step`.
  void bind(i32 position, i64 value);
  void bind(i32 position, double value);
  void bind(i32 position, std::string_view text);
  void bind(i32 position, const char* text) { bind(position, std::string_view(text)); }
  void bind_blob(i32 position, std::string_view bytes);
  void bind_null(i32 position);

  // True: a row is there to be read. False: the statement has ended and is ready to run again.
  Result<bool> step();
  // Runs to the end, passing over rows.
  Result<void> run();
  // Ready to run again; bound values stay.
  void reset();

  // The current row; texts and blobs are valid until the next `step` or `reset`.
  i32 column_count() const;
  ValueType column_type(i32 column) const;
  bool column_is_null(i32 column) const { return column_type(column) == ValueType::null; }
  i64 column_i64(i32 column) const;
  double column_double(i32 column) const;
  std::string_view column_text(i32 column) const;
  std::string_view column_blob(i32 column) const;

 private:
  friend class Connection;
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}

  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
  int bind_failure_ = 0;
};

class Connection {
 public:
  // ":memory:" is a database of its own in memory.
  // Errors: not_found  no such file or folder.  corrupt  not an SQLite file, or a damaged one.
  //         io  the system refused.  conflict  another process holds it.
  static Result<Connection> open(const std::string& file, const SqliteOptions& options);

  const std::string& file() const { return file_; }

  // One or several statements without parameters; rows are passed over.
  // Errors, here and from statements: io  disk full, read-only, input or output failed.
  //   conflict  locked by another process, or a constraint does not hold.  corrupt  the file is
  //   damaged.  too_large  a value beyond SQLite's limits.  usage  the SQL is wrong.
  Result<void> execute(const std::string& sql);
  Result<Statement> prepare(std::string_view sql);
  // The first column of the first row as a number; 0 where there is no row.
  Result<i64> query_i64(std::string_view sql);
  // The same as a text.
  Result<std::string> query_text(std::string_view sql);

  // Makes a virtual table module known as `name`; both pointers outlive the connection.
  Result<void> attach_module(const std::string& name, const sqlite3_module* module, void* data);

  // Where tokenizers and ranking functions of full-text tables are found and made known.
  // Errors: unsupported  this SQLite was built without full-text tables (FTS5).
  Result<fts5_api*> full_text_api();

  i64 last_insert_rowid() const;
  // Rows that the last INSERT, UPDATE or DELETE changed.
  i64 changes() const;
  bool in_transaction() const;

 private:
  struct Close {
    void operator()(sqlite3* handle) const;
  };
  Connection(sqlite3* handle, std::string file) : handle_(handle), file_(std::move(file)) {}

  std::unique_ptr<sqlite3, Close> handle_;
  std::string file_;
};

// Rolled back at its end unless committed. The connection stays at its place meanwhile.
class [[nodiscard]] Transaction {
 public:
  // Takes the write lock at once, so that a later statement cannot meet another writer.
  static Result<Transaction> begin(Connection& connection);

  Transaction(Transaction&& other) noexcept;
  Transaction& operator=(Transaction&& other) = delete;
  ~Transaction();

  Result<void> commit();

 private:
  explicit Transaction(Connection& connection) : connection_(&connection) {}
  Connection* connection_;  // null once committed
};

// `"name"` with quotes inside doubled: any text as the name of a table or column.
std::string quote_name(std::string_view name);
// `'text'` with quotes inside doubled.
std::string quote_text(std::string_view text);

}  // namespace weir::db
