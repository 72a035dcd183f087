#include "weir/target/duckdb/duck_vectors.h"

#include <fmt/format.h>

#include <cstring>

#include "weir/base/assert.h"

namespace weir::target {
namespace {

// Bytes of a decimal of so many digits in a vector.
i64 decimal_bytes(int precision) {
  if (precision <= 4) return 2;
  if (precision <= 9) return 4;
  return precision <= 18 ? 8 : 16;
}

// --- writing

// Bits `first` and so on of `from` become bits 0 and so on of `to`.
void copy_bits(const u8* from, i64 first, i64 count, u8* to) {
  const unsigned shift = static_cast<unsigned>(first & 7);
  from += first >> 3;
  if (shift == 0) {
    std::memcpy(to, from, static_cast<std::size_t>((count + 7) / 8));
    return;
  }
  for (i64 bit = 0; bit < count; bit += 8) {
    unsigned byte = static_cast<unsigned>(from[bit >> 3]) >> shift;
    // The last bits may all lie in this byte; the one behind it is then not ours.
    if (count - bit > 8 - static_cast<i64>(shift))
      byte |= static_cast<unsigned>(from[(bit >> 3) + 1]) << (8 - shift);
    to[bit >> 3] = static_cast<u8>(byte);
  }
}

void write_validity(const Column& column, i64 first, i64 rows, duckdb_vector vector) {
  if (column.validity == nullptr || rows == 0) return;
  duckdb_vector_ensure_validity_writable(vector);
  copy_bits(column.validity, first, rows,
            reinterpret_cast<u8*>(duckdb_vector_get_validity(vector)));
}

void write_bools(const Column& column, i64 first, i64 rows, bool* out) {
  for (i64 i = 0; i < rows; ++i) out[i] = column.bool_at(first + i);
}

template <typename T>
void write_decimals(const Column& column, i64 first, i64 rows, T* out) {
  for (i64 i = 0; i < rows; ++i) out[i] = static_cast<T>(column.at<i128>(first + i));
}

void write_decimals(const Column& column, i64 first, i64 rows, void* out) {
  switch (decimal_bytes(column.type.precision)) {
    case 2:
      return write_decimals(column, first, rows, static_cast<i16*>(out));
    case 4:
      return write_decimals(column, first, rows, static_cast<i32*>(out));
    case 8:
      return write_decimals(column, first, rows, static_cast<i64*>(out));
    default:
      std::memcpy(out, column.values + first * 16, static_cast<std::size_t>(rows * 16));
  }
}

void write_texts(const Column& column, i64 first, i64 rows, duckdb_string_t* out) {
  constexpr u32 inlined_bytes = 12;
  const char* bytes = reinterpret_cast<const char*>(column.values);
  for (i64 i = 0; i < rows; ++i) {
    const i32 begin = column.offsets[first + i];
    const auto length = static_cast<u32>(column.offsets[first + i + 1] - begin);
    duckdb_string_t& text = out[i];
    text.value.inlined.length = length;
    if (length <= inlined_bytes) {
      std::memset(text.value.inlined.inlined, 0, inlined_bytes);  // equal texts are equal bytes
      if (length > 0) std::memcpy(text.value.inlined.inlined, bytes + begin, length);
    } else {
      std::memcpy(text.value.pointer.prefix, bytes + begin, sizeof text.value.pointer.prefix);
      text.value.pointer.ptr = const_cast<char*>(bytes + begin);  // only read
    }
  }
}

void write_lists(const Column& column, i64 first, i64 rows, duckdb_vector vector) {
  const i64 first_item = column.offsets[first];
  const i64 items = column.offsets[first + rows] - first_item;
  auto* lists = static_cast<duckdb_list_entry*>(duckdb_vector_get_data(vector));
  for (i64 i = 0; i < rows; ++i) {
    const i64 begin = column.offsets[first + i];
    lists[i].offset = static_cast<idx_t>(begin - first_item);
    lists[i].length = static_cast<idx_t>(column.offsets[first + i + 1] - begin);
  }
  duckdb_list_vector_reserve(vector, static_cast<idx_t>(items));
  duckdb_list_vector_set_size(vector, static_cast<idx_t>(items));
  duckdb_vector child = duckdb_list_vector_get_child(vector);
  write_validity(*column.child, first_item, items, child);
  write_texts(*column.child, first_item, items,
              static_cast<duckdb_string_t*>(duckdb_vector_get_data(child)));
}

// --- reading

bool is_valid(const u64* validity, i64 row) {
  return validity == nullptr || ((validity[row >> 6] >> (row & 63)) & 1) != 0;
}

// Calls `append(row)` for rows that have a value.
template <typename Append>
bool append_rows(const u64* validity, i64 first, i64 rows, flow::ColumnBuilder& out,
                 const Append& append) {
  for (i64 row = first; row < first + rows; ++row)
    if (!(is_valid(validity, row) ? append(row) : out.append_null())) return false;
  return true;
}

template <typename Stored, typename T = Stored>
bool append_numbers(duckdb_vector vector, i64 first, i64 rows, flow::ColumnBuilder& out) {
  const auto* values = static_cast<const Stored*>(duckdb_vector_get_data(vector));
  return append_rows(duckdb_vector_get_validity(vector), first, rows, out,
                     [&](i64 row) { return out.append(static_cast<T>(values[row])); });
}

bool append_decimals(duckdb_vector vector, i64 first, i64 rows, flow::ColumnBuilder& out) {
  switch (decimal_bytes(out.type().precision)) {
    case 2:
      return append_numbers<i16, i128>(vector, first, rows, out);
    case 4:
      return append_numbers<i32, i128>(vector, first, rows, out);
    case 8:
      return append_numbers<i64, i128>(vector, first, rows, out);
    default:
      return append_numbers<i128>(vector, first, rows, out);
  }
}

std::string_view text_of(duckdb_string_t& text) {
  return {duckdb_string_t_data(&text), duckdb_string_t_length(text)};
}

bool append_texts(duckdb_vector vector, i64 first, i64 rows, flow::ColumnBuilder& out) {
  auto* texts = static_cast<duckdb_string_t*>(duckdb_vector_get_data(vector));
  return append_rows(duckdb_vector_get_validity(vector), first, rows, out,
                     [&](i64 row) { return out.append_text(text_of(texts[row])); });
}

bool append_lists(duckdb_vector vector, i64 first, i64 rows, flow::ColumnBuilder& out) {
  const auto* lists = static_cast<const duckdb_list_entry*>(duckdb_vector_get_data(vector));
  duckdb_vector child = duckdb_list_vector_get_child(vector);
  return append_rows(duckdb_vector_get_validity(vector), first, rows, out, [&](i64 row) {
    return append_texts(child, static_cast<i64>(lists[row].offset),
                        static_cast<i64>(lists[row].length), out.items()) &&
           out.append_list_end();
  });
}

}  // namespace

std::string duck_type_name(Type type) {
  switch (type.kind) {
    using enum TypeKind;
    case boolean:
      return "BOOLEAN";
    case int32:
      return "INTEGER";
    case int64:
      return "BIGINT";
    case float32:
      return "FLOAT";
    case float64:
      return "DOUBLE";
    case decimal:
      return fmt::format("DECIMAL({},{})", type.precision, type.scale);
    case date:
      return "DATE";
    case timestamp:
      return "TIMESTAMP WITH TIME ZONE";
    case datetime:
      return "TIMESTAMP";
    case string:
      return "VARCHAR";
    case json:
      return "JSON";
    case binary:
    case point:
      return "BLOB";
    case list:
      return "VARCHAR[]";
  }
  WEIR_ASSERT(false);
}

duckdb_logical_type make_duck_type(Type type) {
  const auto simple = [](duckdb_type id) { return duckdb_create_logical_type(id); };
  switch (type.kind) {
    using enum TypeKind;
    case boolean:
      return simple(DUCKDB_TYPE_BOOLEAN);
    case int32:
      return simple(DUCKDB_TYPE_INTEGER);
    case int64:
      return simple(DUCKDB_TYPE_BIGINT);
    case float32:
      return simple(DUCKDB_TYPE_FLOAT);
    case float64:
      return simple(DUCKDB_TYPE_DOUBLE);
    case decimal:
      return duckdb_create_decimal_type(type.precision, type.scale);
    case date:
      return simple(DUCKDB_TYPE_DATE);
    case timestamp:
      return simple(DUCKDB_TYPE_TIMESTAMP_TZ);
    case datetime:
      return simple(DUCKDB_TYPE_TIMESTAMP);
    case string:
      return simple(DUCKDB_TYPE_VARCHAR);
    case json: {
      // The type of a JSON column, so that no cast parses what is canonical JSON already.
      duckdb_logical_type made = simple(DUCKDB_TYPE_VARCHAR);
      duckdb_logical_type_set_alias(made, "JSON");
      return made;
    }
    case binary:
    case point:
      return simple(DUCKDB_TYPE_BLOB);
    case list: {
      duckdb_logical_type item = simple(DUCKDB_TYPE_VARCHAR);
      duckdb_logical_type made = duckdb_create_list_type(item);
      duckdb_destroy_logical_type(&item);
      return made;
    }
  }
  WEIR_ASSERT(false);
}

void write_vector(const Column& column, i64 first, i64 rows, duckdb_vector vector) {
  write_validity(column, first, rows, vector);
  if (column.type.kind == TypeKind::list) return write_lists(column, first, rows, vector);
  void* out = duckdb_vector_get_data(vector);
  if (is_text(column.type))
    return write_texts(column, first, rows, static_cast<duckdb_string_t*>(out));
  if (column.type.kind == TypeKind::boolean)
    return write_bools(column, first, rows, static_cast<bool*>(out));
  if (column.type.kind == TypeKind::decimal) return write_decimals(column, first, rows, out);
  const i64 width = value_bytes(column.type);
  std::memcpy(out, column.values + first * width, static_cast<std::size_t>(rows * width));
}

bool append_vector(duckdb_vector vector, i64 first, i64 rows, flow::ColumnBuilder& out) {
  switch (out.type().kind) {
    using enum TypeKind;
    case boolean: {
      const auto* values = static_cast<const bool*>(duckdb_vector_get_data(vector));
      return append_rows(duckdb_vector_get_validity(vector), first, rows, out,
                         [&](i64 row) { return out.append_bool(values[row]); });
    }
    case int32:
    case date:
      return append_numbers<i32>(vector, first, rows, out);
    case int64:
    case timestamp:
    case datetime:
      return append_numbers<i64>(vector, first, rows, out);
    case float32:
      return append_numbers<float>(vector, first, rows, out);
    case float64:
      return append_numbers<double>(vector, first, rows, out);
    case decimal:
      return append_decimals(vector, first, rows, out);
    case list:
      return append_lists(vector, first, rows, out);
    default:
      return append_texts(vector, first, rows, out);
  }
}

}  // namespace weir::target
