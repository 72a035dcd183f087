#include "weir/base/tables.h"

namespace weir {

std::string_view to_string(WriteMode mode) {
  switch (mode) {
    using enum WriteMode;
    case append:
      return "append";
    case upsert:
      return "upsert";
    case replace_record:
      return "replace_record";
    case replace_partition:
      return "replace_partition";
  }
  return "unknown";
}

namespace {

constexpr Type int32_type{TypeKind::int32};

Field required_field(std::string name, TypeKind kind) {
  return {.name = std::move(name), .type = {kind}, .nullable = false};
}

Field optional_field(std::string name, TypeKind kind) {
  return {.name = std::move(name), .type = {kind}};
}

// The target numbers the rows of these itself, so that they never lack a number.
bool is_numbered(ColumnSource source) {
  return source == ColumnSource::surrogate || source == ColumnSource::parent_id;
}

}  // namespace

i32 Table::surrogate() const {
  for (std::size_t i = 0; i < columns.size(); ++i)
    if (columns[i].source == ColumnSource::surrogate) return static_cast<i32>(i);
  return -1;
}

i64 Tables::find(std::string_view table_name) const {
  for (std::size_t i = 0; i < tables.size(); ++i)
    if (tables[i].name == table_name) return static_cast<i64>(i);
  return -1;
}

Schema Tables::batch_schema(i32 table) const {
  const Table& made = tables[static_cast<std::size_t>(table)];
  Schema schema;
  if (made.kind != TableKind::lookup)
    schema.fields.push_back(required_field("_record", TypeKind::int32));
  if (made.kind == TableKind::child) {
    const Table& parent = tables[static_cast<std::size_t>(made.parent)];
    if (parent.kind == TableKind::child && parent.surrogate() >= 0)
      schema.fields.push_back(required_field("_parent", TypeKind::int32));
  }
  for (const TableColumn& column : made.columns) {
    if (column.source == ColumnSource::stored)
      schema.fields.push_back({column.name, column.type, !column.required});
    if (column.source == ColumnSource::lookup_ref)
      schema.fields.push_back({column.name, int32_type, !column.required});
  }
  return schema;
}

Schema Tables::stored_schema(i32 table) const {
  Schema schema;
  for (const TableColumn& column : tables[static_cast<std::size_t>(table)].columns) {
    const bool nullable = !column.required && !is_numbered(column.source);
    schema.fields.push_back({column.name, column.type, nullable});
  }
  return schema;
}

Schema record_schema() {
  return {{required_field("entity", TypeKind::int32), required_field("input", TypeKind::int32),
           required_field("row", TypeKind::int64), optional_field("key", TypeKind::binary),
           required_field("version", TypeKind::binary),
           required_field("deleted", TypeKind::boolean)}};
}

Schema reject_schema() {
  return {{required_field("input", TypeKind::int32), required_field("row", TypeKind::int64),
           required_field("offset", TypeKind::int64), optional_field("key", TypeKind::string),
           required_field("reason", TypeKind::string), required_field("detail", TypeKind::string),
           required_field("raw", TypeKind::binary)}};
}

}  // namespace weir
