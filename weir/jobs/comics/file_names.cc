#include "weir/jobs/comics/file_names.h"

#include <algorithm>
#include <array>

#include "weir/base/bytes.h"

namespace weir::comics {

namespace {

constexpr std::array<std::string_view, 5> comic_endings = {"cbz", "cbr", "cb7", "cbt", "pdf"};
constexpr std::array<std::string_view, 4> archive_endings = {"zip", "rar", "7z", "tar"};
constexpr std::array<std::string_view, 8> page_endings = {"jpg",  "jpeg", "png",  "gif",
                                                          "webp", "jxl",  "avif", "bmp"};
constexpr std::array<std::string_view, 5> skipped_names = {"@eaDir", "#recycle", "__MACOSX",
                                                           "Thumbs.db", "desktop.ini"};

template <std::size_t count>
bool has_ending(std::string_view name, const std::array<std::string_view, count>& endings) {
  const std::size_t dot = name.rfind('.');
  if (dot == std::string_view::npos || dot == 0) return false;
  const std::string_view ending = name.substr(dot + 1);
  return std::ranges::any_of(
      endings, [&](std::string_view one) { return equals_ignoring_ascii_case(one, ending); });
}

}  // namespace

bool is_comic_name(std::string_view name, bool all_archives) {
  return has_ending(name, comic_endings) || (all_archives && has_ending(name, archive_endings));
}

bool is_skipped_name(std::string_view name) {
  return name.starts_with('.') || std::ranges::find(skipped_names, name) != skipped_names.end();
}

bool is_page_name(std::string_view entry) {
  if (!has_ending(entry, page_endings)) return false;
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
