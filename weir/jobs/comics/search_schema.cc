#include "weir/jobs/comics/search_schema.h"

#include <fmt/format.h>

#include <array>
#include <vector>

namespace weir::comics {
namespace {

using enum SearchColumn::Source;

constexpr std::array columns = std::to_array<SearchColumn>({
    {"title", 10, comic, "", "title", "", "", "", ""},
    {"collection_title", 5, comic, "", "collection_title", "", "", "", ""},
    {"series", 10, level, "series", "name", "", "volume_id", "", ""},
    {"publisher", 2, level, "publisher", "name", "", "volume_id", "", ""},
    {"imprint", 2, level, "imprint", "name", "", "volume_id", "", ""},
    {"summary", 1, comic, "", "summary", "", "", "", ""},
    {"review", 1, comic, "", "review", "", "", "", ""},
    {"characters", 3, many, "character", "name", "comic_character", "character_id", "", ""},
    {"teams", 3, many, "team", "name", "comic_team", "team_id", "", ""},
    {"credits", 3, many, "person", "name", "comic_credit", "person_id", "credit", "credit_id"},
    {"genres", 2, many, "genre", "name", "comic_genre", "genre_id", "", ""},
    {"tags", 2, many, "tag", "name", "comic_tag", "tag_id", "", ""},
    {"locations", 2, many, "location", "name", "comic_location", "location_id", "", ""},
    {"story_arcs", 3, many, "story_arc", "name", "comic_story_arc", "story_arc_id", "", ""},
    {"series_groups", 2, many, "series_group", "name", "comic_series_group", "series_group_id", "",
     ""},
    {"stories", 5, many, "story", "name", "comic_story", "story_id", "", ""},
    {"universes", 2, many, "universe", "name", "comic_universe", "universe_id", "", ""},
    {"alternate_series", 3, many, "reprint", "series_name", "comic_reprint", "reprint_id", "", ""},
    {"sources", 1, many, "identifier_source", "name", "comic_identifier", "source_id", "identifier",
     "identifier_id"},
    {"age_rating", 1, one, "age_rating", "name", "", "age_rating_id", "", ""},
    {"country", 1, one, "country", "name", "", "country_id", "", ""},
    {"language", 1, one, "language", "name", "", "language_id", "", ""},
    {"original_format", 1, one, "original_format", "name", "", "original_format_id", "", ""},
    {"scan_info", 1, one, "scan_info", "name", "", "scan_info_id", "", ""},
    {"tagger", 1, one, "tagger", "name", "", "tagger_id", "", ""},
});

// From a volume up to what `level` columns name.
constexpr std::string_view levels =
    "volume v LEFT JOIN series ON series.id = v.series_id "
    "LEFT JOIN imprint ON imprint.id = series.imprint_id "
    "LEFT JOIN publisher ON publisher.id = imprint.publisher_id";

// Things reached through another table (persons through credits) may come twice; they count once.
std::string linked_names(const SearchColumn& column) {
  if (column.via.empty())
    return fmt::format(
        "SELECT e.{} AS name FROM {} l JOIN {} e ON e.id = l.{} WHERE l.comic_id = c.id "
        "ORDER BY l.{}",
        column.text, column.link, column.table, column.key, column.key);
  return fmt::format(
      "SELECT e.{} AS name FROM {} e WHERE e.id IN (SELECT k.{} FROM {} l JOIN {} k "
      "ON k.id = l.{} WHERE l.comic_id = c.id) ORDER BY e.id",
      column.text, column.table, column.key, column.link, column.via, column.via_key);
}

std::string view_value(const SearchColumn& column) {
  switch (column.source) {
    case comic:
      return fmt::format("c.{}", column.text);
    case level:
      return fmt::format("{}.{}", column.table, column.text);
    case one:
      return fmt::format("(SELECT e.{} FROM {} e WHERE e.id = c.{})", column.text, column.table,
                         column.key);
    case many:
      break;
  }
  return fmt::format("(SELECT group_concat(name, ', ') FROM ({}))", linked_names(column));
}

std::string view_sql() {
  std::string sql = "CREATE VIEW IF NOT EXISTS comic_search AS SELECT c.id AS id";
  for (const SearchColumn& column : columns)
    sql += fmt::format(", coalesce({}, '') AS {}", view_value(column), column.name);
  std::string_view above = levels;
  above.remove_prefix(std::string_view("volume v").size());
  return sql + fmt::format(" FROM comic c LEFT JOIN volume v ON v.id = c.volume_id{};", above);
}

constexpr std::string_view watermark = "(SELECT watermark FROM comic_index)";

// The comics that the SQL `ids` gives lose their entries, made of the texts as they are now, and
// wait for new ones.
std::string retire(std::string_view ids) {
  return fmt::format(
      "INSERT INTO comic_fts(comic_fts, rowid, {0}) SELECT 'delete', id, {0} FROM comic_search "
      "WHERE id IN ({1}) AND id <= {2} AND id NOT IN (SELECT id FROM comic_index_pending);"
      "INSERT INTO comic_index_pending SELECT id FROM comic WHERE id IN ({1}) AND id <= {2} "
      "AND id NOT IN (SELECT id FROM comic_index_pending);",
      search_column_list(), ids, watermark);
}

struct Trigger {
  std::string name;
  std::string when;  // "BEFORE DELETE ON comic"
  std::string condition;
  std::string body;
};

std::string comics_of(const SearchColumn& column) {
  if (column.source == level)
    return fmt::format(
        "SELECT c.id FROM {} JOIN comic c ON c.volume_id = v.id WHERE {}.id = OLD.id", levels,
        column.table);
  if (column.source == one)
    return fmt::format("SELECT id FROM comic WHERE {} = OLD.id", column.key);
  if (column.via.empty())
    return fmt::format("SELECT comic_id FROM {} WHERE {} = OLD.id", column.link, column.key);
  return fmt::format("SELECT comic_id FROM {} WHERE {} IN (SELECT id FROM {} WHERE {} = OLD.id)",
                     column.link, column.via_key, column.via, column.key);
}

Trigger renamed(const SearchColumn& column) {
  return {.name = fmt::format("comic_index_{}", column.table),
          .when = fmt::format("BEFORE UPDATE OF {} ON {}", column.text, column.table),
          .condition = fmt::format("OLD.{0} IS NOT NEW.{0}", column.text),
          .body = retire(comics_of(column))};
}

// A row of the hierarchy that moves under another one.
Trigger moved(std::string_view table, std::string_view parent) {
  return {.name = fmt::format("comic_index_{}_moved", table),
          .when = fmt::format("BEFORE UPDATE OF {} ON {}", parent, table),
          .condition = fmt::format("OLD.{0} IS NOT NEW.{0}", parent),
          .body = retire(fmt::format(
              "SELECT c.id FROM {} JOIN comic c ON c.volume_id = v.id WHERE {}.id = OLD.id", levels,
              table == "volume" ? "v" : table))};
}

// The columns of comic that texts are made of.
Trigger edited() {
  std::string names = "volume_id", changes = "OLD.volume_id IS NOT NEW.volume_id";
  for (const SearchColumn& column : columns) {
    if (column.source != comic && column.source != one) continue;
    const std::string_view name = column.source == comic ? column.text : column.key;
    names += fmt::format(", {}", name);
    changes += fmt::format(" OR OLD.{0} IS NOT NEW.{0}", name);
  }
  return {.name = "comic_index_edited",
          .when = fmt::format("BEFORE UPDATE OF {} ON comic", names),
          .condition = changes,
          .body = retire("OLD.id")};
}

std::vector<Trigger> triggers() {
  const std::string below = fmt::format("OLD.id <= {}", watermark);
  std::vector<Trigger> made = {
      {.name = "comic_index_deleted",
       .when = "BEFORE DELETE ON comic",
       .condition = below,
       .body = retire("OLD.id") + "DELETE FROM comic_index_pending WHERE id = OLD.id;"},
      {.name = "comic_index_inserted",
       .when = "AFTER INSERT ON comic",
       .condition = fmt::format("NEW.id <= {}", watermark),
       .body = "INSERT INTO comic_index_pending VALUES (NEW.id);"},
      edited(),
      moved("volume", "series_id"),
      moved("series", "imprint_id"),
      moved("imprint", "publisher_id")};
  for (const SearchColumn& column : columns)
    if (column.source != comic) made.push_back(renamed(column));
  return made;
}

}  // namespace

std::span<const SearchColumn> search_columns() { return columns; }

std::string search_column_list() {
  std::string list;
  for (const SearchColumn& column : columns)
    list += fmt::format("{}{}", list.empty() ? "" : ", ", column.name);
  return list;
}

std::string create_index_sql() {
  return view_sql() +
         fmt::format(
             "CREATE VIRTUAL TABLE IF NOT EXISTS comic_fts USING fts5({}, content='comic_search', "
             "content_rowid='id', tokenize=\"unicode61 remove_diacritics 2\");"
             "CREATE TABLE IF NOT EXISTS comic_index(watermark INTEGER NOT NULL);"
             "INSERT INTO comic_index SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM comic_index);"
             "CREATE TABLE IF NOT EXISTS comic_index_pending(id INTEGER PRIMARY KEY);",
             search_column_list());
}

std::string create_triggers_sql() {
  std::string sql;
  for (const Trigger& trigger : triggers())
    sql += fmt::format("CREATE TRIGGER IF NOT EXISTS {} {} WHEN {} BEGIN {} END;", trigger.name,
                       trigger.when, trigger.condition, trigger.body);
  return sql;
}

std::string drop_triggers_sql() {
  std::string sql;
  for (const Trigger& trigger : triggers())
    sql += fmt::format("DROP TRIGGER IF EXISTS {};", trigger.name);
  return sql;
}

std::string select_links_sql(const SearchColumn& column) {
  constexpr std::string_view range = "WHERE l.comic_id > ?1 AND l.comic_id <= ?2";
  if (column.via.empty())
    return fmt::format("SELECT l.comic_id, l.{0} FROM {1} l {2} ORDER BY l.comic_id, l.{0}",
                       column.key, column.link, range);
  // CROSS: the links are walked, and for each the row between is looked up.
  return fmt::format(
      "SELECT l.comic_id, k.{} FROM {} l CROSS JOIN {} k ON k.id = l.{} {} ORDER BY l.comic_id",
      column.key, column.link, column.via, column.via_key, range);
}

std::string select_text_sql(const SearchColumn& column) {
  if (column.source == level)
    return fmt::format("SELECT {}.{} FROM {} WHERE v.id = ?1", column.table, column.text, levels);
  return fmt::format("SELECT {} FROM {} WHERE id = ?1", column.text, column.table);
}

}  // namespace weir::comics
