// LookupUses: which rows of lookups may have no use any more.
//
// A row that was made, or that lost a use, may be unused until a row that is written uses it. What
// may be unused at the end of a run is looked for in the tables; all else is not looked at.
//
// Threads: one at a time.
#pragma once

#include <algorithm>
#include <vector>

#include "weir/base/types.h"

namespace weir::target {

class LookupUses {
 public:
  // Of `tables` tables; ids count from 1.
  explicit LookupUses(std::size_t tables) : doubtful_(tables) {}

  void lost(i32 table, i64 id) {
    std::vector<bool>& ids = at(table);
    const auto position = static_cast<std::size_t>(id);
    if (position >= ids.size()) ids.resize(position * 2 + 64);
    ids[position] = true;
  }
  void used(i32 table, i64 id) {
    std::vector<bool>& ids = at(table);
    if (static_cast<std::size_t>(id) < ids.size()) ids[static_cast<std::size_t>(id)] = false;
  }
  // Every row up to `last` may be unused.
  void doubt_all(i32 table, i64 last) {
    at(table).assign(static_cast<std::size_t>(last) + 1, true);
    at(table).front() = false;
  }

  bool any(i32 table) const { return std::ranges::find(at(table), true) != at(table).end(); }
  // By id: whether it may be unused.
  std::vector<bool>& at(i32 table) { return doubtful_[static_cast<std::size_t>(table)]; }
  const std::vector<bool>& at(i32 table) const {
    return doubtful_[static_cast<std::size_t>(table)];
  }

 private:
  std::vector<std::vector<bool>> doubtful_;  // by table; empty for those that are no lookups
};

}  // namespace weir::target
