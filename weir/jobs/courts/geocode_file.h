// ResultFile: results of geocoding by key, in a file that is made once and then only read: an
// offline table, answers of services, what production has.
//
// Rows lie sorted by the hash of their key, some eight of them to a bucket; a directory says where
// buckets begin. So a look-up takes one read, or none where the file is held in memory, and of a
// file of any size about a byte a row must be held. The bytes are in docs/formats/geocoder.md.
//
// Threads: `find` from any; the rest one at a time.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "weir/base/hash.h"
#include "weir/spool/external_sort.h"
#include "weir/spool/file.h"

namespace weir::courts {

class ResultFileMaker {
 public:
  // Sorts in `memory_bytes`, and beyond that in a scratch file in `folder`.
  ResultFileMaker(const std::filesystem::path& folder, i64 memory_bytes);

  // `order` tells which of rows with equal keys comes first.
  // Errors: io; budget.
  Result<void> add(std::string_view key, i64 order, std::string_view result);

  // Told of each further row of a key. Errors end the making.
  struct Repeat {
    std::string_view key;
    i64 first = 0;   // the `order` of the row that counts
    i64 second = 0;  // of this one
    bool is_equal = false;
  };
  // Writes what was added into `file`, from its begin, under the name `id`. Nothing may be called
  // afterwards. The first row of a key counts.
  Result<void> write(spool::File& file, Hash128 id,
                     const std::function<Result<void>(const Repeat&)>& repeat);

  i64 rows() const { return sort_.count(); }

 private:
  spool::ExternalSort sort_;
  std::string record_;
};

class ResultFile {
 public:
  // Holds all of it where that takes no more than `memory_bytes`.
  // Errors: io; corrupt  no such file, or a damaged one; budget  the directory is too large.
  static Result<ResultFile> open(spool::File file, i64 memory_bytes);

  // The `id` that it was made with.
  Hash128 id() const { return id_; }
  i64 rows() const { return rows_; }

  // The result of a key, in `room` or in memory of the file's own; nothing: the key is not there.
  // Errors: io; corrupt  a row's check does not hold.
  Result<std::optional<std::string_view>> find(std::string_view key, std::string& room) const;

 private:
  Result<void> read_header(i64 memory_bytes);
  Result<std::string_view> bucket(u64 number, std::string& room) const;
  Error damaged(std::string_view what) const;

  spool::File file_;
  Hash128 id_;
  i64 rows_ = 0;
  u64 bucket_bits_ = 0;
  std::vector<u64> directory_;  // where each bucket begins, and behind the last its end
  std::string held_;            // the rows, where they are held
  u64 held_from_ = 0;           // where in the file they begin
  bool is_held_ = false;
};

}  // namespace weir::courts
