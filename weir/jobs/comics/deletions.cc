#include "weir/jobs/comics/deletions.h"

#include "weir/base/key_encoding.h"
#include "weir/extract/record_writer.h"
#include "weir/flow/arena.h"

namespace weir::comics {

namespace {

// Of one transaction.
constexpr i64 chunk_comics = 10'000;
constexpr i64 arena_bytes = 16 * MiB;

// Appends a record that deletes the comic at (library, path).
bool append(flow::BatchBuilder& records, i64 library, std::string_view path) {
  std::string key;
  encode_int(library, key);
  encode_text(path, key);
  return records.column(record_entity).append(i32{0}) &&
         records.column(record_input).append(i32{0}) && records.column(record_row).append(i64{1}) &&
         records.column(record_key).append_text(key) &&
         records.column(record_version).append_null() &&
         records.column(record_deleted).append_bool(true);
}

}  // namespace

Result<std::map<i64, i64>> delete_gone(target::SqliteTarget& target, const Tables& tables,
                                       const std::string& run_id, i64 first_chunk) {
  std::map<i64, i64> deleted;
  flow::Arena arena(arena_bytes);
  extract::ChunkColumns columns(tables, arena);
  WEIR_ASSIGN(auto gone,
              target.connection().prepare("SELECT c.id, c.library_id, c.path FROM temp.weir_gone g "
                                          "JOIN comic c ON c.id = g.comic WHERE g.comic > ?1 "
                                          "ORDER BY g.comic LIMIT ?2"));
  i64 last = 0;
  for (i64 chunk = first_chunk;; ++chunk) {
    columns.clear();
    gone.bind(1, last);
    gone.bind(2, chunk_comics);
    for (;;) {
      WEIR_ASSIGN(const bool more, gone.step());
      if (!more) break;
      // What does not fit comes with the next chunk.
      if (!append(columns.records(), gone.column_i64(1), gone.column_text(2))) break;
      last = gone.column_i64(0);
      ++deleted[gone.column_i64(1)];
    }
    gone.reset();
    columns.records().truncate(columns.records().rows());
    const i64 rows = columns.records().rows();
    if (rows == 0) return deleted;
    WEIR_TRY(target.apply(columns.view()));
    WEIR_TRY(target.end_chunk({.run = run_id, .number = chunk, .rows = rows}, {}));
  }
}

}  // namespace weir::comics
