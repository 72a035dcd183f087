#include "weir/target/duckdb/duck_memory.h"

#include <algorithm>

namespace weir::target {
namespace {

constexpr i64 block_bytes = 256 * KiB;
// Catalogue, joins.
constexpr i64 base_bytes = 20 * MiB;
// A table of 70 columns was written with 44 MiB, not with 40.
constexpr i64 blocks_per_column = 2;
constexpr i64 most_besides_limit = 64 * MiB;
// What a run holds when it has been read, more than at its start.
constexpr i64 left_by_reading = 16 * MiB;
constexpr i64 small_memory = 96 * MiB;
constexpr i64 small_group = 30'720;     // vectors of 2,048 rows fill it
constexpr i64 default_group = 122'880;  // DuckDB's own

// An append holds the last block of each column's values and nulls, and of a list's items.
i64 least_limit(const Tables& tables) {
  i64 most = 0;
  for (const Table& table : tables.tables) {
    i64 columns = 0;
    for (const TableColumn& column : table.columns)
      columns += column.type.kind == TypeKind::list ? 2 : 1;
    most = std::max(most, columns);
  }
  return base_bytes + most * blocks_per_column * block_bytes;
}

i64 reserved_for(i64 limit) { return limit + std::min(limit / 4 * 3, most_besides_limit); }
i64 limit_within(i64 reserved) { return std::max(reserved / 7 * 4, reserved - most_besides_limit); }

}  // namespace

DuckMemory divide_for_promotion(i64 free_bytes, const Tables& tables) {
  const i64 least = reserved_for(least_limit(tables));
  const i64 reserved = std::max(std::min(free_bytes / 2, free_bytes - 100 * MiB), least);
  return {.reserved_bytes = reserved, .limit_bytes = limit_within(reserved)};
}

i64 bytes_for_promotion(i64 budget_bytes, const Tables& tables) {
  return divide_for_promotion(budget_bytes - left_by_reading, tables).reserved_bytes +
         left_by_reading;
}

i64 limit_for_commit(i64 free_bytes) { return limit_within(free_bytes); }

i64 row_group_rows(i64 memory_bytes) {
  return memory_bytes < small_memory ? small_group : default_group;
}

}  // namespace weir::target
