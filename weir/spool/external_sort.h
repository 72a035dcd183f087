// ExternalSort: byte records in ascending order (memcmp, shorter first), however many there are.
//
// Records collect in memory; when that is full they are sorted and written to a scratch file as a
// run. At the end the runs are merged by a tree of losers, in several passes where there are more
// than can be read at once. What fits is never written. Comparisons look at eight bytes first:
// those behind what all records begin with.
//
//   add(record)...  ->  finish()  ->  next(record)...
//
// Memory: `memory_bytes`, mapped, touched as records come; at least `least_memory_bytes`.
// Threads: one at a time.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "weir/base/result.h"
#include "weir/flow/arena.h"
#include "weir/spool/record_run.h"

namespace weir::spool {

class ExternalSort {
 public:
  static constexpr i64 least_memory_bytes = MiB;

  // The scratch file has no name and goes with the sort. A record may be as long as an eighth of
  // `memory_bytes`.
  ExternalSort(const std::filesystem::path& folder, i64 memory_bytes);

  // Errors: io  the scratch file; budget  the record is too long, or there is no memory.
  Result<void> add(std::string_view record);
  // Nothing may be added afterwards.
  Result<void> finish();
  // The next record, valid until the next call; false at the end.
  Result<bool> next(std::string_view& record);

  i64 count() const { return count_; }
  i64 spilled_runs() const { return static_cast<i64>(runs_.size()); }

 private:
  // A record in memory. Records lie from the front of the mapping, entries from its back.
  struct Entry {
    u64 prefix;
    u32 begin;
    u32 size;
  };
  // A run that is being merged.
  struct Source {
    RunReader reader;
    std::string_view record;
    u64 prefix = 0;
    bool ended = false;
  };

  std::string_view at(const Entry& entry) const {
    return {reinterpret_cast<const char*>(memory_.data()) + entry.begin, entry.size};
  }
  bool map();
  std::span<Entry> entries();
  void note_common_prefix(std::string_view record);
  u64 prefix_of(std::string_view record) const;
  void sort_entries();
  Result<void> spill();

  i64 most_sources() const;
  Result<void> open(std::span<const RunPlace> runs);
  Result<void> advance(Source& source);
  bool comes_before(i64 a, i64 b) const;
  void play_all();
  Result<bool> next_merged(std::string_view& record);
  Result<void> merge_first(i64 runs);

  i64 memory_bytes_;
  std::unique_ptr<flow::Arena> arena_;
  flow::ArenaBuffer memory_;
  i64 count_ = 0;
  i64 used_bytes_ = 0;   // by records in memory
  i64 entry_count_ = 0;  // in memory
  i64 next_entry_ = 0;
  std::string first_record_;      // its first bytes are those that all records begin with
  std::size_t common_bytes_ = 0;  // how many

  RunFile file_;
  std::vector<RunPlace> runs_;
  std::vector<Source> sources_;
  std::vector<i64> losers_;  // [0]: the source with the least record; [i]: who lost at node i
  bool at_first_ = true;
};

}  // namespace weir::spool
