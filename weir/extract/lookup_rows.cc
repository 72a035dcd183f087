#include "weir/extract/lookup_rows.h"

#include <algorithm>

#include "weir/base/hash.h"
#include "weir/base/key_encoding.h"

namespace weir::extract {

void encode_value(Type type, const Value& value, std::string& out) {
  if (value.null) return encode_null(out);
  switch (type.kind) {
    using enum TypeKind;
    case boolean:
      return encode_bool(value.integer != 0, out);
    case int32:
    case int64:
    case date:
    case timestamp:
    case datetime:
      return encode_int(value.integer, out);
    case float32:
    case float64:
      return encode_double(value.real, out);
    case decimal:
      return encode_decimal(value.decimal, out);
    case string:
    case json:
    case binary:
    case point:
      return encode_text(value.text, out);
    case list:
      out.push_back('\x01');
      for (const Value::Item& item : value.items) {
        out.push_back('\x02');
        item.null ? encode_null(out) : encode_text(item.text, out);
      }
      out.push_back('\0');
  }
}

bool append_value(flow::ColumnBuilder& column, const Value& value) {
  if (value.null) return column.append_null();
  switch (column.type().kind) {
    using enum TypeKind;
    case boolean:
      return column.append_bool(value.integer != 0);
    case int32:
    case date:
      return column.append(static_cast<i32>(value.integer));
    case int64:
    case timestamp:
    case datetime:
      return column.append(value.integer);
    case float32:
      return column.append(static_cast<float>(value.real));
    case float64:
      return column.append(value.real);
    case decimal:
      return column.append(value.decimal);
    case string:
    case json:
    case binary:
    case point:
      return column.append_text(value.text);
    case list:
      break;
  }
  const bool room = std::ranges::all_of(value.items, [&](const Value::Item& item) {
    return item.null ? column.items().append_null() : column.items().append_text(item.text);
  });
  return room && column.append_list_end();
}

LookupRows::LookupRows(const Schema& schema, flow::Arena& arena)
    : builder_(schema, arena), keys_(Type{.kind = TypeKind::binary}, arena), slots_(arena) {
  for (const Field& field : schema.fields) types_.push_back(field.type);
}

u64 LookupRows::hash_at(i64 row) const { return hash64(keys_.text_at(row)); }

// The slot where a row of this key is, or would be.
i64 LookupRows::slot_of(u64 hash, std::string_view key) const {
  const auto* slots = reinterpret_cast<const u32*>(slots_.data());
  const i64 mask = slot_count_ - 1;
  for (i64 at = static_cast<i64>(hash) & mask;; at = (at + 1) & mask)
    if (slots[at] == empty || keys_.text_at(slots[at] - 1) == key) return at;
}

bool LookupRows::grow_slots(i64 count) {
  if (!slots_.grow(count * static_cast<i64>(sizeof(u32)))) return false;
  slot_count_ = count;
  std::fill_n(slots(), count, empty);
  for (i64 row = 0; row < keys_.length(); ++row)
    slots()[slot_of(hash_at(row), keys_.text_at(row))] = static_cast<u32>(row + 1);
  return true;
}

i32 LookupRows::find(std::span<const Value> values) {
  encoded_.clear();
  for (std::size_t i = 0; i < values.size(); ++i) encode_value(types_[i], values[i], encoded_);
  if (slot_count_ == 0) return -1;
  return static_cast<i32>(slots()[slot_of(hash64(encoded_), encoded_)]) - 1;
}

i32 LookupRows::intern(std::span<const Value> values) {
  if (const i32 known = find(values); known >= 0) return known;
  const i64 row = rows();
  if (2 * (row + 1) > slot_count_ && !grow_slots(std::max<i64>(1024, 2 * slot_count_))) return -1;
  bool room = keys_.append_text(encoded_);
  for (std::size_t i = 0; room && i < values.size(); ++i)
    room = append_value(builder_.column(static_cast<i64>(i)), values[i]);
  if (!room) {
    truncate(row);
    return -1;
  }
  // The keys hold the new row already, so that its slot is looked for by another way.
  const i64 mask = slot_count_ - 1;
  i64 at = static_cast<i64>(hash64(encoded_)) & mask;
  while (slots()[at] != empty) at = (at + 1) & mask;
  slots()[at] = static_cast<u32>(row + 1);
  return static_cast<i32>(row);
}

// Rows leave in the reverse of the order they came in, so that emptying a row's slot never breaks
// the way to another one.
void LookupRows::truncate(i64 rows) {
  if (rows == 0 && slot_count_ > 0) {
    std::fill_n(slots(), slot_count_, empty);
  } else {
    for (i64 row = keys_.length() - 1; row >= rows; --row) {
      const i64 mask = slot_count_ - 1;
      i64 at = static_cast<i64>(hash_at(row)) & mask;
      while (slots()[at] != empty && slots()[at] != static_cast<u32>(row + 1)) at = (at + 1) & mask;
      slots()[at] = empty;
    }
  }
  keys_.truncate(rows);
  builder_.truncate(rows);
}

}  // namespace weir::extract
