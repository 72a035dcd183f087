#include "weir/jobs/comics/custom_covers.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "weir/base/bytes.h"
#include "weir/extract/case_folding.h"
#include "weir/jobs/comics/file_names.h"

namespace weir::comics {

namespace {

struct Kind {
  std::string_view name;   // in the table, and of the folder
  std::string_view table;  // that its ids are of
  std::string_view names;  // id and name of each thing; a thing may have several names
};

constexpr Kind kinds[] = {
    {"publisher", "publisher", "SELECT id, name FROM publisher"},
    {"series", "series", "SELECT id, name FROM series"},
    {"volume", "volume",
     "SELECT volume.id, series.name || ' (' || number || ')' FROM volume JOIN series"
     " ON series.id = series_id WHERE number IS NOT NULL"
     " UNION ALL SELECT volume.id, series.name || ' v' || number FROM volume JOIN series"
     " ON series.id = series_id WHERE number IS NOT NULL"},
    {"arc", "story_arc", "SELECT id, name FROM story_arc"},
};

// Equal for names that match.
std::string folded(std::string_view name) {
  extract::Scratch scratch;
  std::string key(extract::fold_case(trim(name), scratch));
  std::ranges::replace_if(
      key, [](char c) { return c == '/' || c == ':'; }, '_');
  return key;
}

// Pictures of a kind by the names that they bear, and which of them were taken.
struct Picture {
  std::filesystem::path path;
  bool is_used = false;
};
using Pictures = std::map<std::string, Picture>;

Result<Pictures> pictures_in(const std::filesystem::path& folder) {
  Pictures pictures;
  std::error_code code;
  std::vector<std::filesystem::path> paths;
  for (std::filesystem::directory_iterator at(folder, code), end; !code && at != end;
       at.increment(code))
    if (is_page_name(at->path().filename().string())) paths.push_back(at->path());
  if (code && code != std::errc::no_such_file_or_directory)
    return system_error(fmt::format("cannot read the folder {}", folder.string()), code.value());
  std::ranges::sort(paths);
  for (const auto& path : paths) pictures.try_emplace(folded(path.stem().string()), Picture{path});
  return pictures;
}

Result<void> stage_kind(db::Connection& connection, const Kind& kind,
                        const std::filesystem::path& folder, CustomLinks& links) {
  WEIR_ASSIGN(Pictures pictures, pictures_in(folder / kind.name));
  if (pictures.empty()) return {};
  WEIR_ASSIGN(auto names, connection.prepare(kind.names));
  WEIR_ASSIGN(auto insert,
              connection.prepare("INSERT OR IGNORE INTO custom_cover VALUES (?, ?, ?)"));
  while (true) {
    WEIR_ASSIGN(const bool more, names.step());
    if (!more) break;
    const auto found = pictures.find(folded(names.column_text(1)));
    if (found == pictures.end()) continue;
    found->second.is_used = true;
    const std::string path = found->second.path.string();
    insert.bind(1, kind.name);
    insert.bind(2, names.column_i64(0));
    insert.bind(3, path);
    WEIR_TRY(insert.run());
  }
  for (const auto& [name, picture] : pictures)
    if (!picture.is_used) links.unknown.push_back(picture.path.lexically_relative(folder).string());
  return {};
}

Result<void> stage_folder(db::Connection& connection, const std::filesystem::path& folder,
                          CustomLinks& links) {
  std::error_code code;
  const std::filesystem::path whole = std::filesystem::canonical(folder, code);
  if (code)
    return system_error(fmt::format("cannot open the folder {}", folder.string()), code.value());
  for (const Kind& kind : kinds) WEIR_TRY(stage_kind(connection, kind, whole, links));
  return {};
}

// Links that stay as they are, of things that are still there.
Result<void> stage_present(db::Connection& connection) {
  for (const Kind& kind : kinds)
    WEIR_TRY(connection.execute(
        fmt::format("INSERT INTO custom_cover SELECT kind, id, path FROM cover WHERE kind = '{}'"
                    " AND id IN (SELECT id FROM {})",
                    kind.name, kind.table)));
  return {};
}

}  // namespace

Result<CustomLinks> link_custom_covers(db::Connection& connection,
                                       const std::filesystem::path& folder) {
  WEIR_TRY(connection.execute(
      "CREATE TABLE IF NOT EXISTS cover (kind TEXT NOT NULL, id INTEGER NOT NULL,"
      " path TEXT NOT NULL, PRIMARY KEY (kind, id)) WITHOUT ROWID;"
      "CREATE TEMP TABLE IF NOT EXISTS custom_cover (kind TEXT, id INTEGER, path TEXT,"
      " PRIMARY KEY (kind, id)) WITHOUT ROWID; DELETE FROM custom_cover"));
  CustomLinks links;
  WEIR_ASSIGN(auto transaction, db::Transaction::begin(connection));
  if (folder.empty())
    WEIR_TRY(stage_present(connection));
  else
    WEIR_TRY(stage_folder(connection, folder, links));
  WEIR_TRY(connection.execute("DELETE FROM cover WHERE (kind, id, path) NOT IN custom_cover"));
  links.removed = connection.changes();
  WEIR_TRY(connection.execute("INSERT OR IGNORE INTO cover SELECT * FROM custom_cover"));
  links.added = connection.changes();
  WEIR_TRY(transaction.commit());
  return links;
}

}  // namespace weir::comics
