// Tables: the relational model that a declaration gives, as the spool and the targets see it.
//
// A plan makes one Batch a table of each chunk. A batch does not repeat what the target can fill
// in: a child row carries the ordinal of its record within the chunk instead of the record's key,
// and a link carries the row of the chunk's lookup batch instead of an id. `Tables` says how the
// stored columns come from them.
//
// The batch of a table has, in this order:
//
//   _record  int32  record, child, history: the row of the chunk's record batch; not decreasing
//   _parent  int32  child in a child that has a surrogate: the row of the parent's batch; a part
//                   of a batch (see ChunkBatches) counts from the first row of the part
//   then one column for each `stored` or `lookup_ref` column of `columns`, in that order;
//   a lookup_ref is an int32 row of the lookup's batch, or null
//
// Threads: plain values.
#pragma once

#include <string>
#include <vector>

#include "weir/base/batch.h"
#include "weir/base/result.h"

namespace weir {

enum class TableKind : u8 { record, child, history, lookup };

enum class ColumnSource : u8 {
  stored,      // a column of the batch
  record_key,  // column `index` of the record table, repeated in each child row
  surrogate,   // the row's own number, given by the target
  parent_id,   // the surrogate of table `table`: of the record, or of a row this one is nested in
  lookup_ref,  // id in lookup table `table`; the batch has the row of the chunk's lookup batch
};

// How stored values meet a second one for the same key; lookups and history only.
enum class MergePolicy : u8 { none, min, max };
// Which records feed a history column.
enum class HistoryOf : u8 { both, versions, deletes };

struct TableColumn {
  std::string name;
  Type type;
  ColumnSource source = ColumnSource::stored;
  i32 table = -1;  // parent_id, lookup_ref: which table of Tables
  i32 index = -1;  // record_key: which column of the record table
  MergePolicy policy = MergePolicy::none;
  HistoryOf history_of = HistoryOf::both;
  bool required = false;
  bool volatile_value = false;  // kept out of digests

  friend bool operator==(const TableColumn&, const TableColumn&) = default;
};

struct Table {
  std::string name;
  TableKind kind = TableKind::record;
  i32 entity = -1;       // which entity; -1 for lookups
  i32 parent = -1;       // child: the table it is nested in (the record table at the first level)
  bool keep = false;     // lookup: rows stay when nothing uses them any more
  std::vector<i32> key;  // columns: record key, key of child rows, key parts of a lookup
  std::vector<TableColumn> columns;

  // The position of the surrogate column, or -1.
  i32 surrogate() const;
  friend bool operator==(const Table&, const Table&) = default;
};

enum class WriteMode : u8 { append, upsert, replace_record, replace_partition };
// "replace_record"
std::string_view to_string(WriteMode mode);
enum class Deletes : u8 { until_newer, permanent };

struct Entity {
  std::string name;
  WriteMode write = WriteMode::append;
  Deletes deletes = Deletes::until_newer;
  bool versioned = false;  // a `version` is declared: it is kept and compared between runs
  i32 record_table = -1;
  i32 history_table = -1;
  std::vector<i32> partition;  // replace_partition: columns of the record table

  friend bool operator==(const Entity&, const Entity&) = default;
};

struct Tables {
  std::vector<Entity> entities;
  std::vector<Table>
      tables;  // lookups before the tables that link to them; parents before children

  i64 find(std::string_view table_name) const;
  // The columns of a table's batch, as described above.
  Schema batch_schema(i32 table) const;
  // The columns of a table as a reader sees them in the target.
  Schema stored_schema(i32 table) const;

  friend bool operator==(const Tables&, const Tables&) = default;
};

// As JSON and back: a target keeps it with the run, so that digests need no declaration.
// Errors: corrupt  the text is not what to_json wrote; the message says where.
std::string to_json(const Tables& tables);
Result<Tables> tables_from_json(std::string_view json);

// The batch that tells of the records of a chunk, the same for every entity:
//
//   entity   int32
//   input    int32      the position of the input in the run's sorted list
//   row      int64      position in the input, from 1
//   key      binary     canonical encoding of the key (weir/base/key_encoding.h); null without key
//   version  binary     memcmp order is version order; null sorts first
//   deleted  boolean    the record deletes its key
Schema record_schema();
enum RecordColumn : i32 {
  record_entity,
  record_input,
  record_row,
  record_key,
  record_version,
  record_deleted
};

// The batch of a chunk's rejects:
//
//   input int32; row int64; offset int64 (bytes, in the input after decompression); key string,
//   if known; reason string, one word such as "coerce"; detail string, the sentence; raw binary
Schema reject_schema();
enum RejectColumn : i32 {
  reject_input,
  reject_row,
  reject_offset,
  reject_key,
  reject_reason,
  reject_detail,
  reject_raw
};

// What a plan makes of one part of a chunk. A chunk has one part, or several where its rows
// outgrow the arena; a record's rows are never divided.
struct ChunkBatches {
  Batch records;
  std::vector<Batch> tables;  // one for each table of Tables
  Batch rejects;
};

}  // namespace weir
