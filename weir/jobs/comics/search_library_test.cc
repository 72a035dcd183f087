#include "weir/jobs/comics/search_library_test.h"

#include <fmt/format.h>
#include <unistd.h>

#include "weir/jobs/comics/search_index.h"
#include "weir/jobs/comics/search_tables_test.h"

namespace weir::comics {
namespace {

constexpr const char* link_tables[] = {"comic_character",    "comic_team",       "comic_location",
                                       "comic_genre",        "comic_tag",        "comic_story",
                                       "comic_credit",       "comic_identifier", "comic_universe",
                                       "comic_series_group", "comic_reprint",    "comic_story_arc"};

std::string quoted(const std::string& text) { return db::quote_text(text); }

}  // namespace

Library::Library() {
  std::string name = (std::filesystem::temp_directory_path() / "weir_comics_XXXXXX").string();
  folder_ = ::mkdtemp(name.data());
  reopen();
  run("PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF");
  run(library_tables);
  run("INSERT INTO library VALUES (1, '/lib')");
}

Library::~Library() {
  db_.reset();
  std::filesystem::remove_all(folder_);
}

void Library::reopen() {
  db_.reset();
  auto opened = db::Connection::open(file(), {});
  ASSERT_TRUE(opened.ok()) << opened.error().message();
  db_ = std::make_unique<db::Connection>(std::move(opened).value());
}

void Library::run(const std::string& sql) {
  const auto done = db().execute(sql);
  ASSERT_TRUE(done.ok()) << done.error().message();
}

i64 Library::number(const std::string& sql) {
  auto value = db().query_i64(sql);
  EXPECT_TRUE(value.ok()) << value.error().message();
  return value.ok() ? *value : -1;
}

std::string Library::text(const std::string& sql) {
  auto value = db().query_text(sql);
  EXPECT_TRUE(value.ok()) << value.error().message();
  return value.ok() ? *value : "";
}

i64 Library::id_of(const std::string& table, const std::string& name) {
  const std::string column = table == "reprint" ? "series_name" : "name";
  const std::string find =
      fmt::format("SELECT id FROM {} WHERE {} = {}", table, column, quoted(name));
  if (const i64 id = number(find); id != 0) return id;
  run(fmt::format("INSERT INTO {}({}) VALUES ({})", table, column, quoted(name)));
  return number(find);
}

i64 Library::volume_of(const StatedComic& comic) {
  const i64 publisher = id_of("publisher", comic.publisher);
  const auto level = [&](const std::string& table, const std::string& parent, i64 above,
                         const std::string& column, const std::string& value) {
    const std::string find = fmt::format("SELECT id FROM {} WHERE {} = {} AND {} = {}", table,
                                         parent, above, column, value);
    if (const i64 id = number(find); id != 0) return id;
    run(fmt::format("INSERT INTO {}({}, {}) VALUES ({}, {})", table, parent, column, above, value));
    return number(find);
  };
  const i64 imprint = level("imprint", "publisher_id", publisher, "name", quoted(comic.imprint));
  const i64 series = level("series", "imprint_id", imprint, "name", quoted(comic.series));
  return level("volume", "series_id", series, "number", std::to_string(comic.volume));
}

void Library::link(i64 comic, const std::string& table, const std::vector<std::string>& names) {
  for (const std::string& name : names)
    run(fmt::format("INSERT OR IGNORE INTO comic_{0}(comic_id, {0}_id) VALUES ({1}, {2})", table,
                    comic, id_of(table, name)));
}

void Library::put(const StatedComic& comic) {
  remove(comic.id);
  const std::string path = comic.path.empty() ? fmt::format("Folder/{}.cbz", comic.id) : comic.path;
  const auto one = [&](const std::string& table, const std::string& name) {
    return name.empty() ? std::string("NULL") : std::to_string(id_of(table, name));
  };
  run(fmt::format(
      "INSERT INTO comic(id, library_id, folder_id, path, volume_id, issue_number, issue_suffix, "
      "title, collection_title, year, summary, review, notes, page_count, manga, monochrome, "
      "language_id, original_format_id, file_type, size) VALUES ({}, 1, 1, {}, {}, {}, '', {}, "
      "'', {}, {}, '', '', 24, 0, 0, {}, {}, 'CBZ', 1000)",
      comic.id, quoted(path), volume_of(comic), comic.issue, quoted(comic.title), comic.year,
      quoted(comic.summary), one("language", comic.language),
      one("original_format", comic.format)));
  link(comic.id, "character", comic.characters);
  link(comic.id, "team", comic.teams);
  link(comic.id, "genre", comic.genres);
  link(comic.id, "story", comic.stories);
  link(comic.id, "reprint", comic.alternate);
  for (const auto& [person, role] : comic.credits) {
    const i64 person_id = id_of("person", person), role_id = id_of("role", role);
    const std::string find = fmt::format(
        "SELECT id FROM credit WHERE person_id = {} AND role_id = {}", person_id, role_id);
    if (number(find) == 0)
      run(fmt::format("INSERT INTO credit(person_id, role_id) VALUES ({}, {})", person_id,
                      role_id));
    run(fmt::format("INSERT OR IGNORE INTO comic_credit VALUES ({}, {})", comic.id, number(find)));
  }
  for (const std::string& source : comic.sources) {
    run(
        fmt::format("INSERT INTO identifier(source_id, type, key, url) VALUES ({}, 'comic', "
                    "'{}', '')",
                    id_of("identifier_source", source), comic.id));
    run(fmt::format("INSERT INTO comic_identifier VALUES ({}, last_insert_rowid())", comic.id));
  }
}

void Library::remove(i64 id) {
  run(fmt::format("DELETE FROM comic WHERE id = {}", id));
  for (const char* table : link_tables)
    run(fmt::format("DELETE FROM {} WHERE comic_id = {}", table, id));
}

void Library::index() {
  const auto done = update_index(db(), {});
  ASSERT_TRUE(done.ok()) << done.error().message();
  check_index();
}

void Library::check_index() {
  run("INSERT INTO comic_fts(comic_fts, rank) VALUES ('integrity-check', 1)");
}

std::vector<i64> Library::matches(const std::string& expression) {
  std::vector<i64> ids;
  auto select = db().prepare(fmt::format(
      "SELECT rowid FROM comic_fts WHERE comic_fts MATCH {} ORDER BY rowid", quoted(expression)));
  EXPECT_TRUE(select.ok()) << select.error().message();
  while (select.ok()) {
    auto row = select->step();
    EXPECT_TRUE(row.ok()) << row.error().message();
    if (!row.ok() || !*row) break;
    ids.push_back(select->column_i64(0));
  }
  return ids;
}

}  // namespace weir::comics
