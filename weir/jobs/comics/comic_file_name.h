// The document `comic_file_name`: what the name of a comic's file says.
//
//   Series v2 #012 (of 20) (1999) (Digital) (Scanner).cbz
//   Series 012 - Title (1999).cbz
//
// The ending is dropped, and `_` is a blank. Of what stands in parentheses `of N` is the number of
// issues, a year from 1900 to 2099 the year, a known word the format, and the last of the others
// says who scanned it. Outside of them `#N` is the issue, or else the last number that stands by
// itself behind other text; `vN`, `vol. N` or `volume N` is the volume. The series is what stands
// before all of these; without an issue it is all that is left. Behind an issue ` - ` begins the
// title.
//
// Threads: pure functions.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "weir/extract/document_reader.h"

namespace weir::comics {

// An empty text is one that the name does not say.
struct FileNameParts {
  std::string series, volume_number, issue, issue_count, year, original_format, scan_info, title;
  friend bool operator==(const FileNameParts&, const FileNameParts&) = default;
};

// `name`: UTF-8, without folders.
FileNameParts parse_file_name(std::string_view name);

std::shared_ptr<const extract::DocumentReader> make_file_name_reader();

}  // namespace weir::comics
