// KeyChanges: how a run changes the records of a target that is written record by record, counted
// by key: the first record of a key tells whether there was a row before the run, the last one
// whether there is one after it.
//
// A run into empty tables needs to remember nothing, as no key had a row. Any other run keeps 26
// bytes for each record that took its place, in an external sort, and counts at its end; beyond the
// memory they lie in a file without a name. Keys are told apart by 128 bits of hash.
//
// Threads: one at a time.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "weir/flow/manifest.h"
#include "weir/spool/external_sort.h"

namespace weir::target {

class KeyChanges {
 public:
  // `folder` is where the file would lie.
  KeyChanges(bool from_empty, const std::filesystem::path& folder, i64 memory_bytes);

  // A record of the key was written, or deleted it.
  // Errors: io  the file cannot be written.
  Result<void> add(i32 entity, std::string_view key, bool had_row, bool has_row);
  // What was added so far lies in the target. What is added behind the last call does not count.
  void commit();

  // `rejected` is not known here. Nothing may be added afterwards.
  // Errors: io
  Result<flow::RunCounts> count();

 private:
  // Of one key, while its changes are walked.
  struct Walk {
    std::string key;
    bool had_row = false;
    bool has_row = false;
    i64 records = 0;
  };
  void end_key(const Walk& walk);

  // From empty tables.
  flow::RunCounts uncommitted_;
  flow::RunCounts counts_;
  // Otherwise.
  std::optional<spool::ExternalSort> changes_;
  i64 committed_ = 0;
  std::string change_;  // that is being made
};

}  // namespace weir::target
