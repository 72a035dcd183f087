// Which files of a tree are comics, by their names.
//
// Threads: pure functions.
#pragma once

#include <string>
#include <string_view>

namespace weir::comics {

// .cbz .cbr .cb7 .cbt .pdf, any case; with `all_archives` also .zip .rar .7z .tar.
bool is_comic_name(std::string_view name, bool all_archives);

// Files and folders that are passed over with all they hold: names that begin with ".", and what
// systems leave behind (@eaDir, #recycle, __MACOSX, Thumbs.db, desktop.ini).
bool is_skipped_name(std::string_view name);

// An entry of an archive that is a page: an image by its ending, with no skipped name on its path.
bool is_page_name(std::string_view entry);

// "CBZ" for a file that is called "a.cbz" or "b/a.ZIP"; empty for one that is no comic by its name.
std::string_view file_type_by_name(std::string_view path);

// "CBZ" for the archive format "zip", and so on; empty for another one.
std::string_view file_type_of(std::string_view archive_format);

// The bytes as UTF-8, each that belongs to no character as U+FFFD; true where there was one.
bool to_utf8(std::string_view bytes, std::string& text);

}  // namespace weir::comics
