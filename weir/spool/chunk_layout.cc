#include "weir/spool/chunk_layout.h"

#include "weir/base/hash.h"

namespace weir::spool {

ChunkLayout::ChunkLayout(const Tables& tables) {
  schemas.push_back(record_schema());
  for (i32 i = 0; i < static_cast<i32>(tables.tables.size()); ++i)
    schemas.push_back(tables.batch_schema(i));
  schemas.push_back(reject_schema());
  header.batches = static_cast<u32>(schemas.size());
  header.tables_hash = hash64(to_json(tables));
}

Planes planes_of(Type type) {
  switch (type.kind) {
    using enum TypeKind;
    case int32:
    case date:
      return Planes::of_4;
    case int64:
    case timestamp:
    case datetime:
      return Planes::of_8;
    default:
      return Planes::none;
  }
}

i64 values_bytes(Type type, i64 rows) {
  return type.kind == TypeKind::boolean ? (rows + 7) / 8 : rows * value_bytes(type);
}

}  // namespace weir::spool
