#include "weir/jobs/comics/cover_folder.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <optional>
#include <span>

#include "weir/base/bytes.h"
#include "weir/jobs/comics/media.h"
#include "weir/spool/file.h"

namespace weir::comics {

namespace {

constexpr std::string_view marker = "weir_covers";
constexpr std::string_view unfinished = ".part";

Error refused(std::string_view what, const std::filesystem::path& path,
              const std::error_code& code) {
  return system_error(fmt::format("cannot {} {}", what, path.string()), code.value());
}

// "12", not "012" or "12a".
std::optional<i64> plain_number(std::string_view text) {
  i64 value = 0;
  const char* end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, value);
  const bool is_plain =
      error == std::errc() && at == end && value >= 0 && (text.size() == 1 || text.front() != '0');
  return is_plain ? std::optional(value) : std::nullopt;
}

// All of it under another name first.
Result<void> write_file(const std::filesystem::path& path, std::string_view bytes) {
  const std::filesystem::path part = path.string() + std::string(unfinished);
  {
    WEIR_ASSIGN(auto file, spool::File::create(part));
    WEIR_TRY(file.write_at(0, std::as_bytes(std::span(bytes))));
    WEIR_TRY(file.sync());
  }
  std::error_code code;
  std::filesystem::rename(part, path, code);
  if (code) return refused("rename", part, code);
  return {};
}

// The names in a folder; none where it is not there.
Result<std::vector<std::string>> names_in(const std::filesystem::path& folder) {
  std::vector<std::string> names;
  std::error_code code;
  for (std::filesystem::directory_iterator at(folder, code), end; !code && at != end;
       at.increment(code))
    names.push_back(at->path().filename().string());
  if (code && code != std::errc::no_such_file_or_directory)
    return refused("read the folder", folder, code);
  return names;
}

// What a name of a cover, finished or not, says: the comic and the format.
struct CoverName {
  i64 comic = 0;
  std::string_view ending;
  bool is_finished = true;
};

std::optional<CoverName> cover_name(std::string_view name) {
  CoverName cover;
  if (name.ends_with(unfinished)) {
    cover.is_finished = false;
    name.remove_suffix(unfinished.size());
  }
  const std::size_t dot = std::min(name.find('.'), name.size());
  const auto comic = plain_number(name.substr(0, dot));
  cover.ending = name.substr(dot);
  const bool is_ours = cover.ending == ".webp" || cover.ending == ".jpeg";
  if (!comic || !is_ours) return {};
  cover.comic = *comic;
  return cover;
}

}  // namespace

Result<CoverFolder> CoverFolder::open(const std::filesystem::path& path, const std::string& key,
                                      std::string_view format) {
  std::error_code code;
  std::filesystem::create_directories(path, code);
  if (code) return refused("make the folder", path, code);
  std::ifstream file(path / marker);
  std::string found;
  if (file && std::getline(file, found)) {
    if (found == key) return CoverFolder(path, format);
    return Error(
        ErrorCode::conflict,
        fmt::format("{} holds the covers of another database; give another --out", path.string()));
  }
  WEIR_ASSIGN(const auto names, names_in(path));
  for (const std::string& name : names)
    if (!name.starts_with(marker))
      return Error(
          ErrorCode::conflict,
          fmt::format("{} holds other files, such as {}; give a folder of its own as --out",
                      path.string(), printable(name)));
  WEIR_TRY(write_file(path / marker, key + "\n"));
  return CoverFolder(path, format);
}

std::filesystem::path CoverFolder::shelf_path(i64 shelf) const {
  return path_ / std::to_string(shelf);
}

std::filesystem::path CoverFolder::file(i64 comic) const {
  return shelf_path(shelf_of(comic)) / (std::to_string(comic) + ending_);
}

Result<std::vector<i64>> CoverFolder::shelves() const {
  WEIR_ASSIGN(const auto names, names_in(path_));
  std::vector<i64> shelves;
  for (const std::string& name : names)
    if (const auto number = plain_number(name)) shelves.push_back(*number);
  std::ranges::sort(shelves);
  return shelves;
}

Result<CoverFolder::Shelf> CoverFolder::list(i64 shelf) const {
  WEIR_ASSIGN(const auto names, names_in(shelf_path(shelf)));
  Shelf found;
  for (const std::string& name : names) {
    const auto cover = cover_name(name);
    if (!cover || shelf_of(cover->comic) != shelf) continue;
    if (cover->is_finished && cover->ending == ending_)
      found.covers.push_back(cover->comic);
    else
      found.leftovers.push_back(shelf_path(shelf) / name);
  }
  std::ranges::sort(found.covers);
  return found;
}

Result<void> CoverFolder::write(i64 comic, std::string_view bytes) const {
  const std::filesystem::path path = file(comic);
  std::error_code code;
  std::filesystem::create_directory(path.parent_path(), code);
  if (code) return refused("make the folder", path.parent_path(), code);
  return write_file(path, bytes);
}

Result<void> CoverFolder::remove(i64 comic) const {
  std::error_code code;
  std::filesystem::remove(file(comic), code);
  if (code) return refused("remove", file(comic), code);
  return {};
}

void CoverFolder::remove_shelf(i64 shelf) const {
  std::error_code ignored;  // it is not empty
  std::filesystem::remove(shelf_path(shelf), ignored);
}

}  // namespace weir::comics
