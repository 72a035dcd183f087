#include "weir/jobs/courts/geocode_cells.h"

#include "weir/base/key_encoding.h"
#include "weir/extract/value_text.h"

namespace weir::courts {

namespace {

bool append_cell(std::size_t column, const ResultCell& cell, flow::ColumnBuilder& to) {
  if (cell.null) return to.append_null();
  return is_coordinate(column) ? to.append(cell.number) : to.append_text(cell.text);
}

}  // namespace

bool append_cells(const ResultCells& cells, i64 first, flow::BatchBuilder& to,
                  extract::Scratch& scratch) {
  for (std::size_t i = 0; i < result_count; ++i)
    if (!append_cell(i, cells[i], to.column(first + static_cast<i64>(i)))) return false;
  const ResultCell& lat = cells[result_lat];
  const ResultCell& lon = cells[result_lon];
  for (i64 i = first + static_cast<i64>(result_count); i < to.column_count(); ++i) {
    flow::ColumnBuilder& point = to.column(i);
    const bool fits =
        lat.null || lon.null
            ? point.append_null()
            : point.append_text(extract::write_point(lon.number, lat.number, scratch));
    if (!fits) return false;
  }
  return true;
}

bool append_key_part(Type type, std::string_view& key, flow::ColumnBuilder& to) {
  KeyPart part;
  const bool is_whole = decode_key_part(type, key, part);
  WEIR_ASSERT(is_whole);
  if (part.null) return to.append_null();
  if (is_text(type)) return to.append_text(part.text);
  switch (type.kind) {
    case TypeKind::boolean:
      return to.append_bool(part.integer != 0);
    case TypeKind::int32:
    case TypeKind::date:
      return to.append(static_cast<i32>(part.integer));
    case TypeKind::float32:
      return to.append(static_cast<float>(part.real));
    case TypeKind::float64:
      return to.append(part.real);
    case TypeKind::decimal:
      return to.append(part.decimal);
    default:
      return to.append(part.integer);
  }
}

}  // namespace weir::courts
