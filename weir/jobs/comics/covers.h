// Covers of a library: one small picture of each comic's first page, in a folder, brought up to
// date with the database.
//
// The library is gone through in shelves of a thousand ids, of which rows and files lie side by
// side. So what must be made, and what must go, is known by one query and one folder listing, and
// memory does not grow with the library. A comic's cover is made again when the comic changed, when
// another size or format is asked for, or when row or file is missing. Its file is there before its
// row, and goes before it: a run that is killed leaves nothing that the next one does not see.
//
// A page that cannot be decoded is noted in the row, and tried again when the comic changes; one
// that did not fit into the memory also when there is more of it. A comic that cannot be opened
// (its disk is not there) is not noted.
//
// Threads: run_covers is called by one thread and starts its own.
#pragma once

#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

#include "weir/flow/progress.h"
#include "weir/jobs/comics/media.h"

namespace weir::comics {

struct CoversOptions {
  std::string database;
  std::filesystem::path out;     // empty: beside the database, as covers_folder_of says
  std::filesystem::path custom;  // the user's own covers; empty: none are looked for
  ThumbnailOptions thumbnail;
  i64 memory_bytes = 0;
  i64 threads = 1;
  std::stop_token stop;
  flow::Progress* progress = nullptr;
};

struct CoversReport {
  i64 made = 0;
  i64 kept = 0;     // were up to date
  i64 removed = 0;  // of comics that are gone
  i64 failed = 0;   // could not be made in this run
  i64 noted = 0;    // could not be made in an earlier run, and nothing changed
  i64 linked = 0;   // own covers
  i64 unlinked = 0;
  std::vector<std::string> unknown;  // own covers that bear no name of the library
  std::filesystem::path out;
  i64 peak_bytes = 0;
};

// "lib/comics.db": "lib/comics.covers"
std::filesystem::path covers_folder_of(const std::filesystem::path& database);

// Errors: not_found, io, corrupt  of the database or the folder of covers;
//   usage        the database holds no comics
//   conflict     another run makes covers of this database, or the folder holds other files
//   unsupported  the media module is not installed
//   budget       the memory is too small for any page; the message says how much would do
//   cancelled    `stop` was requested; what was made stays
Result<CoversReport> run_covers(const CoversOptions& options);

}  // namespace weir::comics
