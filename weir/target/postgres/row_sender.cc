#include "weir/target/postgres/row_sender.h"

#include <fmt/format.h>

#include "weir/target/sql_names.h"

namespace weir::target {
namespace {

// What goes in one COPY: enough for its beginning and end to cost nothing, little to wait for.
constexpr i64 send_bytes = 1 * MiB;

}  // namespace

Error no_room_for_row(std::string_view table) {
  return Error(
      ErrorCode::budget,
      fmt::format("a row of {} does not fit into its share of the memory; raise --memory", table));
}

RowSender::RowSender(PostgresConnection& connection, std::string_view table, Schema schema,
                     bool fresh, flow::Arena& arena)
    : connection_(connection),
      copy_(fmt::format("COPY {} ({}) FROM STDIN (FORMAT binary{})", table, name_list(schema),
                        fresh ? ", FREEZE" : "")),
      table_(table),
      encoder_(std::move(schema)),
      buffer_(arena) {}

Result<i64> RowSender::add(const Batch& rows, i64 first) {
  i64 done = first;
  while (done < rows.rows) {
    auto added = encoder_.append(rows, done, buffer_);
    if (!added.ok()) return std::move(added).error().context(table_);
    if (*added == 0) break;
    done += *added;
    if (buffer_.size() >= send_bytes) WEIR_TRY(send());
  }
  return done - first;
}

Result<void> RowSender::send() {
  if (buffer_.size() == 0) return {};
  auto sent = connection_.send_rows(copy_, buffer_.view());
  buffer_.clear();
  return sent;
}

TableSender::TableSender(PostgresConnection& connection, std::string_view table, Schema schema,
                         bool fresh, i64 memory_bytes)
    : arena_(std::make_unique<flow::Arena>(memory_bytes)),
      sender_(connection, table, std::move(schema), fresh, *arena_) {}

Result<void> TableSender::add(const Batch& rows) {
  for (i64 done = 0; done < rows.rows;) {
    WEIR_ASSIGN(const i64 added, sender_.add(rows, done));
    done += added;
    if (done == rows.rows) break;
    if (added == 0 && sender_.waiting_bytes() == 0) return no_room_for_row(sender_.table());
    WEIR_TRY(sender_.send());
    sender_.release();
    arena_->clear_exhausted();
  }
  return {};
}

}  // namespace weir::target
