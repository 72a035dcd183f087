#include <fmt/format.h>

#include <algorithm>

#include "weir/base/bytes.h"
#include "weir/target/duckdb/duck_connection.h"
#include "weir/target/duckdb/duck_vectors.h"

namespace weir::target {
namespace {

// Gathers rows of chunks into batches.
class RowCollector {
 public:
  RowCollector(const Schema& schema, i64 batch_rows, flow::Arena& arena,
               const std::function<Result<void>(const Batch&)>& sink)
      : arena_(arena), builder_(schema, arena), batch_rows_(batch_rows), sink_(sink) {}

  Result<void> take(const DuckRows& rows) {
    for (i64 first = 0; first < rows.rows();) {
      const i64 held = builder_.rows();
      const i64 count = std::min({rows.rows() - first, batch_rows_ - held, at_once_});
      if (append(rows, first, count)) {
        first += count;
        if (builder_.rows() == batch_rows_) WEIR_TRY(flush());
        continue;
      }
      if (held > 0) {
        WEIR_TRY(flush());
        continue;
      }
      if (count == 1)
        return Error(ErrorCode::budget, fmt::format("one row needs more than {}; raise --memory",
                                                    format_size(arena_.limit_bytes())));
      empty();
      at_once_ = count / 2;
    }
    return {};
  }

  Result<void> flush() {
    if (builder_.rows() == 0) return {};
    WEIR_TRY(sink_(builder_.view()));
    empty();
    return {};
  }

 private:
  void empty() {
    builder_.clear();
    arena_.clear_exhausted();
  }

  // False where the arena has no room; the batch is then as it was.
  bool append(const DuckRows& rows, i64 first, i64 count) {
    const i64 held = builder_.rows();
    for (i64 i = 0; i < builder_.column_count(); ++i) {
      if (append_vector(rows.column(i), first, count, builder_.column(i))) continue;
      builder_.truncate(held);
      return false;
    }
    return true;
  }

  flow::Arena& arena_;
  flow::BatchBuilder builder_;
  const i64 batch_rows_;
  i64 at_once_ = batch_rows_;  // less once the arena was too small for that
  const std::function<Result<void>(const Batch&)>& sink_;
};

}  // namespace

DuckRows::DuckRows(DuckRows&& other) noexcept
    : connection_(other.connection_),
      statement_(std::exchange(other.statement_, nullptr)),
      result_(other.result_),
      has_result_(std::exchange(other.has_result_, false)),
      chunk_(std::exchange(other.chunk_, nullptr)),
      rows_(other.rows_) {}

DuckRows::~DuckRows() {
  duckdb_destroy_data_chunk(&chunk_);
  if (has_result_) duckdb_destroy_result(&result_);
  duckdb_destroy_prepare(&statement_);
}

Result<bool> DuckRows::next() {
  duckdb_destroy_data_chunk(&chunk_);
  rows_ = 0;
  for (;;) {
    chunk_ = duckdb_fetch_chunk(result_);
    if (chunk_ == nullptr) {
      const char* message = duckdb_result_error(&result_);
      if (message != nullptr && *message != '\0') return connection_->error_of(result_, "read");
      return false;
    }
    rows_ = static_cast<i64>(duckdb_data_chunk_get_size(chunk_));
    if (rows_ > 0) return true;
    duckdb_destroy_data_chunk(&chunk_);
  }
}

duckdb_vector DuckRows::column(i64 index) const {
  return duckdb_data_chunk_get_vector(chunk_, static_cast<idx_t>(index));
}

Result<void> collect_rows(DuckRows& rows, const Schema& schema, i64 batch_rows, flow::Arena& arena,
                          const std::function<Result<void>(const Batch&)>& sink) {
  RowCollector collector(schema, std::max<i64>(batch_rows, 1), arena, sink);
  for (;;) {
    WEIR_ASSIGN(const bool more, rows.next());
    if (!more) return collector.flush();
    WEIR_TRY(collector.take(rows));
  }
}

}  // namespace weir::target
