// PartWinners: of the records of one part that have a key in common, the one that counts.
//
// Threads: one at a time.
#pragma once

#include <string_view>
#include <vector>

#include "weir/base/tables.h"
#include "weir/spool/failed_inputs.h"

namespace weir::target {

// One record's say about its key. The views borrow.
struct RecordClaim {
  std::string_view version;
  bool deleted = false;
};

// True where `later`, which comes after `earlier`, takes its place. Whatever the order in which the
// claims of a key come, the same one is left, but for equal versions: there the last.
bool takes_place(const Entity& entity, const RecordClaim& later, const RecordClaim& earlier);

class PartWinners {
 public:
  // `records` as record_schema(); borrowed until the next call. Records of inputs that failed count
  // as having no key.
  void choose(const Tables& tables, const Batch& records, const spool::FailedInputs& failed);

  // The first record with the same key as `record`; itself where it has no key or its entity
  // appends.
  i32 first(i64 record) const { return first_[static_cast<std::size_t>(record)]; }
  // True for the record that counts among those of its key.
  bool wins(i64 record) const {
    return winner_[static_cast<std::size_t>(first(record))] == static_cast<i32>(record);
  }
  // The hash of entity and key; 0 where the entity appends, there is no key or the input failed.
  u64 hash(i64 record) const { return hashes_[static_cast<std::size_t>(record)]; }

 private:
  i32 find_first(const Batch& records, i32 record);

  std::vector<i32> first_;
  std::vector<i32> winner_;  // by first record
  std::vector<u64> hashes_;
  std::vector<i32> slots_;  // open addressing by hash; the first record of a key, or -1
};

}  // namespace weir::target
