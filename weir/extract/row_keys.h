// RowKeys: the keys of one record's rows in one table, so that of equal ones the first is kept.
//
// Records have few rows: up to a handful of keys their hashes are compared one by one; beyond that
// a table of slots finds them. Both keep their memory for the next record.
//
// Threads: one at a time.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "weir/base/types.h"

namespace weir::extract {

class RowKeys {
 public:
  // True: the key was not there. False: it was.
  bool add(std::string_view key);
  void clear();

 private:
  struct Entry {
    u64 hash;
    std::size_t begin;  // in bytes_
    std::size_t size;
  };

  bool is(const Entry& entry, u64 hash, std::string_view key) const {
    return entry.hash == hash && std::string_view(bytes_).substr(entry.begin, entry.size) == key;
  }
  bool is_listed(u64 hash, std::string_view key) const;
  std::size_t slot_of(u64 hash, std::string_view key) const;
  void grow_slots();

  std::vector<Entry> entries_;
  std::string bytes_;
  std::vector<u32> slots_;  // an entry + 1, or 0; empty while the entries are few
};

}  // namespace weir::extract
