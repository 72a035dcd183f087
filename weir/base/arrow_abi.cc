#include "weir/base/arrow_abi.h"

#include <fmt/format.h>

#include <array>
#include <bit>

namespace weir {
namespace {

// The offsets of a column without rows, which the format wants to be there.
constexpr i32 no_rows[1] = {0};

std::string arrow_format(Type type) {
  switch (type.kind) {
    using enum TypeKind;
    case boolean:
      return "b";
    case int32:
      return "i";
    case int64:
      return "l";
    case float32:
      return "f";
    case float64:
      return "g";
    case decimal:
      return fmt::format("d:{},{}", type.precision, type.scale);
    case date:
      return "tdD";
    case timestamp:
      return "tsu:UTC";
    case datetime:
      return "tsu:";
    case string:
    case json:
      return "u";
    case binary:
    case point:
      return "z";
    case list:
      return "+l";
  }
  return "";
}

// What an exported struct owns. Children are released on their own where a consumer moved them.
struct SchemaOwner {
  std::string format;
  std::string name;
  std::vector<ArrowSchema> children;
  std::vector<ArrowSchema*> child_pointers;
};

struct ArrayOwner {
  std::array<const void*, 3> buffers{};
  std::vector<ArrowArray> children;
  std::vector<ArrowArray*> child_pointers;
};

template <typename Struct, typename Owner>
void release_owner(Struct* exported) {
  auto* owner = static_cast<Owner*>(exported->private_data);
  for (Struct& child : owner->children)
    if (child.release != nullptr) child.release(&child);
  exported->release = nullptr;
  delete owner;
}

// Gives `out` its owner, which already has its children.
template <typename Struct, typename Owner>
void finish(std::unique_ptr<Owner> owner, Struct* out) {
  for (Struct& child : owner->children) owner->child_pointers.push_back(&child);
  out->n_children = static_cast<int64_t>(owner->children.size());
  out->children = owner->child_pointers.data();
  out->dictionary = nullptr;
  out->release = &release_owner<Struct, Owner>;
  out->private_data = owner.release();
}

void export_type(std::string format, std::string name, bool nullable,
                 std::vector<ArrowSchema> children, ArrowSchema* out) {
  auto owner = std::make_unique<SchemaOwner>();
  owner->format = std::move(format);
  owner->name = std::move(name);
  owner->children = std::move(children);
  out->format = owner->format.c_str();
  out->name = owner->name.c_str();
  out->metadata = nullptr;
  out->flags = nullable ? ARROW_FLAG_NULLABLE : 0;
  finish(std::move(owner), out);
}

ArrowSchema export_field(const Field& field) {
  std::vector<ArrowSchema> children;
  if (field.type.kind == TypeKind::list)
    children.push_back(export_field({.name = "item", .type = {TypeKind::string}}));
  ArrowSchema out{};
  export_type(arrow_format(field.type), field.name, field.nullable, std::move(children), &out);
  return out;
}

bool has_offsets(Type type) { return is_text(type) || type.kind == TypeKind::list; }

i64 buffer_count(Type type) { return is_text(type) ? 3 : 2; }

ArrowArray export_column(const Column& column) {
  auto owner = std::make_unique<ArrayOwner>();
  const i32* offsets = column.offsets != nullptr ? column.offsets : no_rows;
  owner->buffers[0] = column.validity;
  owner->buffers[1] = has_offsets(column.type) ? static_cast<const void*>(offsets) : column.values;
  owner->buffers[2] = is_text(column.type) ? column.values : nullptr;
  if (column.type.kind == TypeKind::list) owner->children.push_back(export_column(*column.child));
  ArrowArray out{};
  out.length = column.length;
  out.null_count = column.null_count;
  out.n_buffers = buffer_count(column.type);
  out.buffers = owner->buffers.data();
  finish(std::move(owner), &out);
  return out;
}

Error wrong_layout(const Field& field, std::string_view what) {
  return Error(ErrorCode::unsupported,
               fmt::format("column {} of an Arrow array: {}; expected {} from its first row on",
                           field.name, what, to_string(field.type)));
}

i64 count_nulls(const u8* validity, i64 length) {
  i64 valid = 0;
  for (i64 byte = 0; byte < length / 8; ++byte) valid += std::popcount(validity[byte]);
  for (i64 row = length / 8 * 8; row < length; ++row)
    valid += (validity[row >> 3] >> (row & 7)) & 1;
  return length - valid;
}

Result<Column> import_column(const Field& field, const ArrowArray& array, i64 rows,
                             std::vector<std::unique_ptr<Column>>& children) {
  const bool is_list = field.type.kind == TypeKind::list;
  if (array.offset != 0) return wrong_layout(field, fmt::format("it has offset {}", array.offset));
  if (array.length < rows)
    return wrong_layout(field, fmt::format("it has {} of {} rows", array.length, rows));
  if (array.n_buffers != buffer_count(field.type) || array.n_children != (is_list ? 1 : 0) ||
      array.dictionary != nullptr)
    return wrong_layout(
        field, fmt::format("it has {} buffers and {} children", array.n_buffers, array.n_children));
  Column column{.type = field.type, .length = rows};
  column.validity = array.null_count == 0 ? nullptr : static_cast<const u8*>(array.buffers[0]);
  if (column.validity != nullptr) column.null_count = count_nulls(column.validity, rows);
  if (has_offsets(field.type)) {
    column.offsets = static_cast<const i32*>(array.buffers[1]);
    if (column.offsets == nullptr || rows == 0) column.offsets = no_rows;
  }
  if (!is_list)
    column.values = static_cast<const std::byte*>(array.buffers[is_text(field.type) ? 2 : 1]);
  if (is_list) {
    const Field item{.name = field.name + ".item", .type = {TypeKind::string}};
    WEIR_ASSIGN(Column items,
                import_column(item, *array.children[0], column.offsets[rows], children));
    column.child = children.emplace_back(std::make_unique<Column>(items)).get();
  }
  return column;
}

}  // namespace

void export_schema(const Schema& schema, ArrowSchema* out) {
  std::vector<ArrowSchema> children;
  for (const Field& field : schema.fields) children.push_back(export_field(field));
  export_type("+s", "", false, std::move(children), out);
}

void export_batch(const Batch& batch, ArrowArray* out) {
  auto owner = std::make_unique<ArrayOwner>();
  for (const Column& column : batch.columns) owner->children.push_back(export_column(column));
  out->length = batch.rows;
  out->null_count = 0;
  out->offset = 0;
  out->n_buffers = 1;
  out->buffers = owner->buffers.data();
  finish(std::move(owner), out);
}

Result<ImportedBatch> import_batch(const Schema& schema, const ArrowArray& array) {
  const auto columns = static_cast<i64>(schema.fields.size());
  const bool rows_may_be_null =
      array.null_count != 0 && array.n_buffers > 0 && array.buffers[0] != nullptr;
  if (array.n_children != columns || array.offset != 0 || rows_may_be_null)
    return Error(ErrorCode::unsupported,
                 fmt::format("an Arrow array of {} columns, offset {}; expected a struct without "
                             "nulls of {} columns from its first row on",
                             array.n_children, array.offset, columns));
  ImportedBatch imported;
  imported.batch.rows = array.length;
  for (i64 i = 0; i < columns; ++i) {
    const Field& field = schema.fields[static_cast<std::size_t>(i)];
    WEIR_ASSIGN(Column column,
                import_column(field, *array.children[i], array.length, imported.children));
    imported.batch.columns.push_back(column);
  }
  return imported;
}

}  // namespace weir
