// The user's own covers: pictures in a folder that bear the name of what they are for.
//
//   DIR/publisher/NAME.jpg   DIR/series/NAME.png   DIR/arc/NAME.webp
//   DIR/volume/SERIES (NUMBER).jpg, or SERIES vNUMBER.jpg
//
// Names match whatever their case; "_" in a file's name also stands for "/" and ":", which many
// systems do not allow there. Of several files for one thing the first in byte order counts. They
// are linked in the table cover(kind, id, path): whoever shows a publisher, series, volume or arc
// takes that picture, or else the cover of its first comic.
//
// Threads: one at a time.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "weir/db/sqlite.h"

namespace weir::comics {

struct CustomLinks {
  i64 added = 0;
  i64 removed = 0;
  std::vector<std::string> unknown;  // files that bear no name of the library, below the folder
};

// Makes the table `cover` say what the folder does, in one transaction. An empty folder name: links
// stay as they are, but those of things that are gone.
// Errors: not_found, io  of the folder;  those of db::Connection.
Result<CustomLinks> link_custom_covers(db::Connection& connection,
                                       const std::filesystem::path& folder);

}  // namespace weir::comics
