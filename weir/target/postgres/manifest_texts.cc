#include "weir/target/postgres/manifest_texts.h"

#include <limits>

#include "weir/base/bytes.h"

namespace weir::target {
namespace {

bool is_taken(std::string_view text) { return text.find('\0') == text.npos && is_valid_utf8(text); }

bool all_taken(const Column& column) {
  for (i64 row = 0; row < column.length; ++row)
    if (!column.is_null(row) && !is_taken(column.text_at(row))) return false;
  return true;
}

bool append_clean(const Column& from, i64 row, flow::ColumnBuilder& to) {
  if (from.is_null(row)) return to.append_null();
  const std::string_view text = from.text_at(row);
  if (is_taken(text)) return to.append_text(text);
  return to.append_text(printable(text, std::numeric_limits<i64>::max()));
}

}  // namespace

Result<Batch> ManifestTexts::clean(const Batch& rows) {
  columns_.clear();
  Batch clean = rows;
  for (Column& column : clean.columns) {
    if (column.type.kind != TypeKind::string || all_taken(column)) continue;
    auto& made = *columns_.emplace_back(std::make_unique<flow::ColumnBuilder>(column.type, arena_));
    for (i64 row = 0; row < column.length; ++row)
      if (!append_clean(column, row, made))
        return Error(ErrorCode::budget, "no memory for the texts of the manifest");
    column = made.view();
  }
  return clean;
}

}  // namespace weir::target
