// The document `comic_stat` of a comic: what the tree says of its file, and the directory of its
// archive. It is broken, and the comic with it, where the bytes are those of no comic.
//
// Threads: any.
#pragma once

#include <memory>
#include <string>

#include "weir/extract/document_reader.h"
#include "weir/jobs/comics/change_list.h"

namespace weir::comics {

// What the import knows of a file that it reads.
struct ComicFacts final : extract::InputFacts {
  Change change;
  std::string time;  // of the run
};

std::shared_ptr<const extract::DocumentReader> make_tree_reader();

}  // namespace weir::comics
