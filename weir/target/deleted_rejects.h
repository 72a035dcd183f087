// Rejects of records that were deleted for good: a permanent delete takes their raw bytes as well,
// whichever of the two came first.
//
// Rejects know keys as people write them. Of a key's parts only texts and whole numbers are told
// from their encoding; an entity that has others keeps its rejects.
//
// Threads: one at a time.
#pragma once

#include <vector>

#include "weir/base/hash.h"
#include "weir/base/tables.h"
#include "weir/target/target.h"

namespace weir::target {

// How a reject writes the key that is encoded as `key` in weir_version. False: it cannot be told.
bool append_reject_key(const Tables& tables, i32 entity, std::string_view key, std::string& out);

// Whether some entity has permanent deletes.
bool has_permanent_deletes(const Tables& tables);

class DeletedRejects {
 public:
  // Takes the keys of all permanent deletes, 16 bytes each, from rows of weir_version.
  static Result<DeletedRejects> collect(const Tables& tables, const BatchSource& versions);

  bool empty() const { return keys_.empty(); }
  bool contains(std::string_view reject_key) const;
  // The same rows (of run_tables.h, stored_reject_schema) without those of deleted records.
  BatchSource left_of(BatchSource rejects) const;

 private:
  std::vector<Hash128> keys_;  // ascending
};

}  // namespace weir::target
