#include "weir/target/postgres/row_reader.h"

#include <fmt/format.h>

#include <algorithm>

#include "weir/base/bytes.h"
#include "weir/target/postgres/copy_format.h"

namespace weir::target {
namespace {

constexpr i64 most_rows = 1 << 20;

// Collects rows of a COPY into batches.
class Collector {
 public:
  Collector(const std::string& query, const Schema& schema, const RowReading& reading,
            const BatchSink& sink)
      : query_(query),
        schema_(schema),
        batch_rows_(std::clamp<i64>(reading.batch_rows, 1, most_rows)),
        sink_(sink),
        arena_(reading.memory_bytes),
        rows_(schema, arena_) {}

  Result<void> take(std::string_view row) {
    Decoded decoded = decode_row(row, rows_, schema_);
    if (decoded == Decoded::full) {
      WEIR_TRY(give());
      decoded = decode_row(row, rows_, schema_);
    }
    if (decoded == Decoded::bad)
      return Error(ErrorCode::corrupt,
                   fmt::format("a row is not as the run has stored it: a column has another type "
                               "now (in: {})",
                               printable(query_, 120)));
    if (decoded == Decoded::full)
      return Error(ErrorCode::budget,
                   fmt::format("a row of {} does not fit into {}; raise --memory",
                               format_size(static_cast<i64>(row.size())),
                               format_size(arena_.limit_bytes())));
    return rows_.whole_rows() < batch_rows_ ? Result<void>() : give();
  }

  Result<void> give() {
    Result<void> given;
    if (rows_.rows() > 0) given = sink_(rows_.view());
    rows_.clear();
    arena_.clear_exhausted();
    return given;
  }

 private:
  const std::string& query_;
  const Schema& schema_;
  const i64 batch_rows_;
  const BatchSink& sink_;
  flow::Arena arena_;
  flow::BatchBuilder rows_;
};

}  // namespace

std::string copy_out_sql(std::string_view query) {
  return fmt::format("COPY ({}) TO STDOUT (FORMAT binary)", query);
}

Result<void> read_rows(PostgresConnection& connection, const std::string& query,
                       const Schema& schema, const RowReading& reading, const BatchSink& sink) {
  Collector collector(query, schema, reading, sink);
  WEIR_TRY(connection.receive_rows(copy_out_sql(query),
                                   [&](std::string_view row) { return collector.take(row); }));
  return collector.give();
}

}  // namespace weir::target
