#include "weir/spool/encoded_row.h"

#include <fmt/format.h>

#include "weir/base/bytes.h"
#include "weir/base/key_encoding.h"
#include "weir/spool/big_endian.h"

namespace weir::spool {
namespace {

constexpr i64 batch_rows = 8192;
constexpr char item_tag = 0x02;

bool append_list(std::string_view encoded, flow::ColumnBuilder& column) {
  encoded.remove_prefix(1);
  KeyPart item;
  while (encoded.starts_with(item_tag)) {
    encoded.remove_prefix(1);
    decode_key_part({.kind = TypeKind::string}, encoded, item);
    const bool room =
        item.null ? column.items().append_null() : column.items().append_text(item.text);
    if (!room) return false;
  }
  return column.append_list_end();
}

// Rows of a table, built up to a batch.
class RowBatches {
 public:
  RowBatches(const Table& table, const Schema& schema, flow::Arena& arena, const RowSink& sink)
      : table_(table), arena_(arena), builder_(schema, arena), sink_(sink) {}

  Result<void> add(i64 number, std::string_view columns) {
    if (!append(number, columns)) {
      WEIR_TRY(flush());
      if (!append(number, columns))
        return Error(ErrorCode::budget,
                     fmt::format("a row of table {} does not fit into {}; raise --memory",
                                 table_.name, format_size(arena_.limit_bytes())));
    }
    return builder_.rows() < batch_rows ? Result<void>() : flush();
  }

  Result<void> flush() {
    if (builder_.rows() > 0) WEIR_TRY(sink_(builder_.view()));
    builder_.clear();
    arena_.clear_exhausted();
    return {};
  }

 private:
  bool append(i64 number, std::string_view columns) {
    const i64 rows = builder_.rows();
    for (std::size_t i = 0; i < table_.columns.size(); ++i) {
      const TableColumn& declared = table_.columns[i];
      flow::ColumnBuilder& column = builder_.column(static_cast<i64>(i));
      const bool room = declared.source == ColumnSource::surrogate
                            ? column.append(number)
                            : append_encoded(declared.type, take_column(columns), column);
      if (room) continue;
      builder_.truncate(rows);
      return false;
    }
    return true;
  }

  const Table& table_;
  flow::Arena& arena_;
  flow::BatchBuilder builder_;
  const RowSink& sink_;
};

}  // namespace

void append_columns(const std::vector<std::string>& columns, std::string& out) {
  for (const std::string& column : columns) {
    append_u32(static_cast<u32>(column.size()), out);
    out += column;
  }
}

std::string_view take_column(std::string_view& bytes) {
  const std::size_t size = read_u32(bytes);
  const std::string_view column = bytes.substr(sizeof(u32), size);
  bytes.remove_prefix(sizeof(u32) + size);
  return column;
}

bool append_encoded(Type type, std::string_view encoded, flow::ColumnBuilder& column) {
  if (type.kind == TypeKind::list && encoded.front() != 0) return append_list(encoded, column);
  KeyPart part;
  decode_key_part(type, encoded, part);
  if (part.null) return column.append_null();
  switch (type.kind) {
    using enum TypeKind;
    case boolean:
      return column.append_bool(part.integer != 0);
    case int32:
    case date:
      return column.append(static_cast<i32>(part.integer));
    case int64:
    case timestamp:
    case datetime:
      return column.append(part.integer);
    case float32:
      return column.append(static_cast<float>(part.real));
    case float64:
      return column.append(part.real);
    case decimal:
      return column.append(part.decimal);
    case string:
    case json:
    case binary:
    case point:
      return column.append_text(part.text);
    case list:
      break;
  }
  return column.append_null();
}

Result<void> give_rows(const RunFile& file, const RunPlace& run, const Table& table,
                       const std::function<bool(i64 number)>& wanted, flow::Arena& arena,
                       const RowSink& sink) {
  Schema schema;
  for (const TableColumn& column : table.columns)
    schema.fields.push_back({column.name, column.type, !column.required});
  RowBatches batches(table, schema, arena, sink);
  RunReader reader(file, run);
  std::string_view record;
  for (;;) {
    WEIR_ASSIGN(const bool more, reader.next(record));
    if (!more) return batches.flush();
    const auto number = static_cast<i64>(read_u64(record));
    if (wanted(number)) WEIR_TRY(batches.add(number, record.substr(sizeof(u64))));
  }
}

}  // namespace weir::spool
