#include "weir/jobs/comics/file_names.h"

#include <algorithm>
#include <array>

#include "weir/base/bytes.h"

namespace weir::comics {

namespace {

// What a file is by its ending. An archive is one that is taken only when asked for.
struct ComicEnding {
  std::string_view ending;
  std::string_view file_type;
  bool is_archive = false;
};
constexpr std::array<ComicEnding, 9> comic_endings = {{{"cbz", "CBZ"},
                                                       {"cbr", "CBR"},
                                                       {"cb7", "CB7"},
                                                       {"cbt", "CBT"},
                                                       {"pdf", "PDF"},
                                                       {"zip", "CBZ", true},
                                                       {"rar", "CBR", true},
                                                       {"7z", "CB7", true},
                                                       {"tar", "CBT", true}}};
constexpr std::array<std::string_view, 8> page_endings = {"jpg",  "jpeg", "png",  "gif",
                                                          "webp", "jxl",  "avif", "bmp"};
constexpr std::array<std::string_view, 5> skipped_names = {"@eaDir", "#recycle", "__MACOSX",
                                                           "Thumbs.db", "desktop.ini"};

// Behind the last dot, which is not the first character; empty where there is none.
std::string_view ending_of(std::string_view name) {
  const std::size_t dot = name.rfind('.');
  return dot == std::string_view::npos || dot == 0 ? std::string_view() : name.substr(dot + 1);
}

const ComicEnding* find_ending(std::string_view name) {
  const std::string_view ending = ending_of(name);
  const auto* const found = std::ranges::find_if(comic_endings, [&](const ComicEnding& one) {
    return equals_ignoring_ascii_case(one.ending, ending);
  });
  return found == comic_endings.end() ? nullptr : found;
}

}  // namespace

bool is_comic_name(std::string_view name, bool all_archives) {
  const ComicEnding* const found = find_ending(name);
  return found != nullptr && (all_archives || !found->is_archive);
}

std::string_view file_type_by_name(std::string_view path) {
  const ComicEnding* const found = find_ending(path.substr(path.rfind('/') + 1));
  return found == nullptr ? std::string_view() : found->file_type;
}

bool is_skipped_name(std::string_view name) {
  return name.starts_with('.') || std::ranges::find(skipped_names, name) != skipped_names.end();
}

bool is_page_name(std::string_view entry) {
  const std::string_view ending = ending_of(entry);
  const auto is_it = [&](std::string_view one) { return equals_ignoring_ascii_case(one, ending); };
  if (std::ranges::none_of(page_endings, is_it)) return false;
  while (!entry.empty()) {
    const std::size_t slash = std::min(entry.find('/'), entry.size());
    if (is_skipped_name(entry.substr(0, slash))) return false;
    entry.remove_prefix(std::min(slash + 1, entry.size()));
  }
  return true;
}

std::string_view file_type_of(std::string_view archive_format) {
  if (archive_format == "zip") return "CBZ";
  if (archive_format == "rar") return "CBR";
  if (archive_format == "7z") return "CB7";
  if (archive_format == "tar") return "CBT";
  return {};
}

bool to_utf8(std::string_view bytes, std::string& text) {
  text.clear();
  if (is_valid_utf8(bytes)) {
    text = bytes;
    return false;
  }
  while (!bytes.empty()) {
    const i64 length = utf8_character_bytes(bytes);
    if (length == 0) {
      text += "\xEF\xBF\xBD";
      bytes.remove_prefix(1);
      continue;
    }
    text += bytes.substr(0, static_cast<std::size_t>(length));
    bytes.remove_prefix(static_cast<std::size_t>(length));
  }
  return true;
}

}  // namespace weir::comics
