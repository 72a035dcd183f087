// The folder that holds the covers of a library: `<id / 1000>/<id>.webp`.
//
// A file named `weir_covers` in it says which database it belongs to. So a folder with anything
// else in it, or of another database, is never written, and files are removed only where all of
// their kind are ours.
//
// Threads: `write` and `remove` from any thread, for different comics; the rest one at a time.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "weir/base/result.h"
#include "weir/base/types.h"

namespace weir::comics {

// Comics of which the covers lie in one folder.
inline constexpr i64 shelf_comics = 1000;
inline constexpr i64 shelf_of(i64 comic) { return comic / shelf_comics; }

class CoverFolder {
 public:
  // `key` is what the database is known by; covers are files ending in `.` and `format`.
  // Errors: conflict  other files lie there, or covers of another database;  io.
  static Result<CoverFolder> open(const std::filesystem::path& path, const std::string& key,
                                  std::string_view format);

  // The numbers of the shelves, in their order.
  Result<std::vector<i64>> shelves() const;

  struct Shelf {
    std::vector<i64> covers;  // of this format, by id, in their order
    // Covers of other formats, and what a kill left behind; ours, and of no use.
    std::vector<std::filesystem::path> leftovers;
  };
  // Empty where there is no such shelf.
  Result<Shelf> list(i64 shelf) const;

  // The file appears as a whole, in place of the one that was there, and survives a loss of power.
  Result<void> write(i64 comic, std::string_view bytes) const;
  // It is no error that there is none.
  Result<void> remove(i64 comic) const;
  // The shelf itself, if it is empty.
  void remove_shelf(i64 shelf) const;

 private:
  CoverFolder(std::filesystem::path path, std::string_view format)
      : path_(std::move(path)), ending_("." + std::string(format)) {}

  std::filesystem::path shelf_path(i64 shelf) const;
  std::filesystem::path file(i64 comic) const;

  std::filesystem::path path_;
  std::string ending_;
};

}  // namespace weir::comics
