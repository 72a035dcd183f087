#include "weir/jobs/comics/show.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <optional>

#include "weir/base/bytes.h"
#include "weir/base/json_text.h"

namespace weir::comics {
namespace {

using Kind = ComicField::Kind;

struct Asked {
  std::string_view name;
  Kind kind;
  std::string_view sql;   // ?1 is the id; empty: the column of comic that is called like the field
  std::string_view keys;  // of `rows`, with "," between
};

// SQL of the name that a column of comic points to.
#define WEIR_POINTED(table) \
  "SELECT e.name FROM comic c JOIN " table " e ON e.id = c." table "_id WHERE c.id = ?1"
// SQL of the names that a comic is linked with.
#define WEIR_LINKED(table)                                                   \
  "SELECT e.name FROM comic_" table " l JOIN " table " e ON e.id = l." table \
  "_id "                                                                     \
  "WHERE l.comic_id = ?1 ORDER BY l." table "_id"
#define WEIR_LEVEL(column)                                                           \
  "SELECT " column                                                                   \
  " FROM comic c JOIN volume v ON v.id = c.volume_id LEFT JOIN series s ON s.id = "  \
  "v.series_id LEFT JOIN imprint i ON i.id = s.imprint_id LEFT JOIN publisher p ON " \
  "p.id = i.publisher_id WHERE c.id = ?1"

constexpr auto asked_fields = std::to_array<Asked>({
    {"id", Kind::one, "", ""},
    {"library", Kind::one,
     "SELECT l.path FROM comic c JOIN library l ON l.id = c.library_id WHERE c.id = ?1", ""},
    {"path", Kind::one, "", ""},
    {"series", Kind::one, WEIR_LEVEL("s.name"), ""},
    {"volume", Kind::one, WEIR_LEVEL("v.number"), ""},
    {"issue_number", Kind::one, "", ""},
    {"issue_suffix", Kind::one, "", ""},
    {"issue_count", Kind::one, WEIR_LEVEL("v.issue_count"), ""},
    {"title", Kind::one, "", ""},
    {"collection_title", Kind::one, "", ""},
    {"publisher", Kind::one, WEIR_LEVEL("p.name"), ""},
    {"imprint", Kind::one, WEIR_LEVEL("i.name"), ""},
    {"year", Kind::one, "", ""},
    {"month", Kind::one, "", ""},
    {"day", Kind::one, "", ""},
    {"language", Kind::one, WEIR_POINTED("language"), ""},
    {"country", Kind::one, WEIR_POINTED("country"), ""},
    {"age_rating", Kind::one, WEIR_POINTED("age_rating"), ""},
    {"original_format", Kind::one, WEIR_POINTED("original_format"), ""},
    {"community_rating", Kind::one, "", ""},
    {"stories", Kind::list, WEIR_LINKED("story"), ""},
    {"story_arcs", Kind::rows,
     "SELECT a.name, l.number FROM comic_story_arc l JOIN story_arc a ON a.id = l.story_arc_id "
     "WHERE l.comic_id = ?1 ORDER BY a.id",
     "name,number"},
    {"series_groups", Kind::list, WEIR_LINKED("series_group"), ""},
    {"credits", Kind::rows,
     "SELECT p.name, r.name FROM comic_credit l JOIN credit k ON k.id = l.credit_id JOIN person p "
     "ON p.id = k.person_id LEFT JOIN role r ON r.id = k.role_id WHERE l.comic_id = ?1 "
     "ORDER BY r.id, p.name",
     "person,role"},
    {"main_character", Kind::one,
     "SELECT e.name FROM comic c JOIN character e ON e.id = c.main_character_id WHERE c.id = ?1",
     ""},
    {"main_team", Kind::one,
     "SELECT e.name FROM comic c JOIN team e ON e.id = c.main_team_id WHERE c.id = ?1", ""},
    {"characters", Kind::list, WEIR_LINKED("character"), ""},
    {"teams", Kind::list, WEIR_LINKED("team"), ""},
    {"locations", Kind::list, WEIR_LINKED("location"), ""},
    {"genres", Kind::list, WEIR_LINKED("genre"), ""},
    {"tags", Kind::list, WEIR_LINKED("tag"), ""},
    {"universes", Kind::rows,
     "SELECT u.name, u.designation FROM comic_universe l JOIN universe u ON u.id = l.universe_id "
     "WHERE l.comic_id = ?1 ORDER BY u.id",
     "name,designation"},
    {"reprints", Kind::rows,
     "SELECT r.series_name, r.volume_number, r.issue, r.language FROM comic_reprint l JOIN reprint "
     "r ON r.id = l.reprint_id WHERE l.comic_id = ?1 ORDER BY r.id",
     "series,volume,issue,language"},
    {"identifiers", Kind::rows,
     "SELECT s.name, k.key, k.url FROM comic_identifier l JOIN identifier k ON k.id = "
     "l.identifier_id JOIN identifier_source s ON s.id = k.source_id WHERE l.comic_id = ?1 "
     "ORDER BY s.name, k.key",
     "source,key,url"},
    {"summary", Kind::one, "", ""},
    {"review", Kind::one, "", ""},
    {"notes", Kind::one, "", ""},
    {"reading_direction", Kind::one, "", ""},
    {"manga", Kind::truth, "", ""},
    {"monochrome", Kind::truth, "", ""},
    {"page_count", Kind::one, "", ""},
    {"file_type", Kind::one, "", ""},
    {"size", Kind::one, "", ""},
    {"scan_info", Kind::one, WEIR_POINTED("scan_info"), ""},
    {"tagger", Kind::one, WEIR_POINTED("tagger"), ""},
    {"metadata_warning", Kind::one, "", ""},
    {"created_at", Kind::one, "", ""},
    {"updated_at", Kind::one, "", ""},
});

#undef WEIR_POINTED
#undef WEIR_LINKED
#undef WEIR_LEVEL

std::vector<std::string_view> split(std::string_view keys) {
  std::vector<std::string_view> parts;
  while (!keys.empty()) {
    const std::size_t comma = std::min(keys.find(','), keys.size());
    parts.push_back(keys.substr(0, comma));
    keys.remove_prefix(std::min(comma + 1, keys.size()));
  }
  return parts;
}

ComicValue value_at(const db::Statement& row, i32 column) {
  const db::ValueType type = row.column_type(column);
  const bool is_real = type == db::ValueType::real;
  return {.text = is_real ? fmt::format("{}", row.column_double(column))
                          : std::string(row.column_text(column)),
          .is_number = is_real || type == db::ValueType::integer};
}

Result<ComicField> ask(db::Connection& connection, const Asked& asked, i64 id) {
  const std::string sql = asked.sql.empty()
                              ? fmt::format("SELECT {} FROM comic WHERE id = ?1", asked.name)
                              : std::string(asked.sql);
  WEIR_ASSIGN(auto select, connection.prepare(sql));
  select.bind(1, id);
  ComicField field{.name = asked.name, .kind = asked.kind, .keys = split(asked.keys), .values = {}};
  for (;;) {
    WEIR_ASSIGN(const bool row, select.step());
    if (!row) break;
    std::vector<ComicValue> values;
    for (i32 i = 0; i < select.column_count(); ++i) values.push_back(value_at(select, i));
    if (std::ranges::any_of(values, [](const ComicValue& value) { return !value.text.empty(); }))
      field.values.push_back(std::move(values));
  }
  return field;
}

// "Ada Kim (Writer)"
std::string row_text(const std::vector<ComicValue>& row) {
  std::string rest;
  for (std::size_t i = 1; i < row.size(); ++i)
    if (!row[i].text.empty()) rest += fmt::format("{}{}", rest.empty() ? "" : ", ", row[i].text);
  const std::string& first = row.front().text;
  return rest.empty() ? first : fmt::format("{} ({})", first, rest);
}

// Texts of comics are strangers' texts: nothing in them may steer a terminal.
std::string terminal_text(std::string_view text, std::string_view new_line) {
  std::string made;
  for (const char c : text) {
    if (c == '\n')
      made += new_line;
    else if (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f)
      made += c;
    else if (c != '\r')
      made += ' ';
  }
  return made;
}

std::string field_text(const ComicField& field) {
  if (field.kind == Kind::truth) return field.values.front().front().text == "0" ? "no" : "yes";
  std::string text;
  for (const auto& row : field.values)
    text += fmt::format("{}{}", text.empty() ? "" : ", ", row_text(row));
  return text;
}

void append_value(Kind kind, const ComicValue& value, std::string& json) {
  if (kind == Kind::truth)
    json += value.text == "0" ? "false" : "true";
  else if (value.is_number)
    json += value.text;
  else
    append_json_string(value.text, json);
}

void append_row(const ComicField& field, const std::vector<ComicValue>& row, std::string& json) {
  if (field.kind == Kind::list) return append_value(field.kind, row.front(), json);
  json += '{';
  bool first = true;
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (row[i].text.empty()) continue;
    if (!std::exchange(first, false)) json += ',';
    json += fmt::format("\"{}\":", field.keys[i]);
    append_value(field.kind, row[i], json);
  }
  json += '}';
}

std::optional<i64> number_of(std::string_view text) {
  i64 value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::string absolute_of(std::string_view path) {
  std::error_code ignored;
  return std::filesystem::absolute(std::filesystem::path(path), ignored)
      .lexically_normal()
      .string();
}

Result<std::vector<i64>> comics_at(db::Connection& connection, std::string_view path) {
  const std::string absolute = absolute_of(path);
  // A name that is not UTF-8 is kept as it is beside its readable form.
  WEIR_ASSIGN(
      auto select,
      connection.prepare(
          is_valid_utf8(path)
              ? "SELECT c.id FROM library l JOIN comic c ON c.library_id = l.id AND "
                "c.path IN (?1, CASE WHEN substr(?2, 1, length(l.path) + 1) = l.path || "
                "'/' THEN substr(?2, length(l.path) + 2) END) ORDER BY c.id"
              : "SELECT c.id FROM library l JOIN comic c ON c.library_id = l.id AND "
                "c.path_bytes IS NOT NULL AND (c.path_bytes = CAST(?1 AS BLOB) OR "
                "CAST(CAST(l.path || '/' AS BLOB) || c.path_bytes AS BLOB) = CAST(?2 AS BLOB)) "
                "ORDER BY c.id"));
  select.bind(1, path);
  select.bind(2, absolute);
  std::vector<i64> ids;
  for (;;) {
    WEIR_ASSIGN(const bool row, select.step());
    if (!row) return ids;
    ids.push_back(select.column_i64(0));
  }
}

Result<std::string> failure_of(db::Connection& connection, std::string_view path) {
  const std::string absolute = absolute_of(path);
  WEIR_ASSIGN(auto select,
              connection.prepare("SELECT f.reason FROM failed_import f JOIN library l ON l.id = "
                                 "f.library_id WHERE f.path = ?1 OR l.path || '/' || f.path = ?2"));
  select.bind(1, path);
  select.bind(2, absolute);
  WEIR_ASSIGN(const bool row, select.step());
  return row ? fmt::format("; it could not be imported: {}", select.column_text(0)) : "";
}

}  // namespace

Result<i64> find_comic(db::Connection& connection, std::string_view path_or_id) {
  if (const auto id = number_of(path_or_id)) {
    WEIR_ASSIGN(const i64 found,
                connection.query_i64(fmt::format("SELECT count(*) FROM comic WHERE id = {}", *id)));
    if (found == 1) return *id;
  }
  WEIR_ASSIGN(const auto ids, comics_at(connection, path_or_id));
  if (ids.size() == 1) return ids.front();
  const std::string shown = printable(path_or_id, 200);
  if (ids.empty()) {
    WEIR_ASSIGN(const std::string failure, failure_of(connection, path_or_id));
    return Error(ErrorCode::not_found, fmt::format("{}: no comic has the id or path \"{}\"{}",
                                                   connection.file(), shown, failure));
  }
  return Error(ErrorCode::usage, fmt::format("{}: several libraries have \"{}\"; name one of the "
                                             "ids {}",
                                             connection.file(), shown, fmt::join(ids, ", ")));
}

Result<std::vector<ComicField>> comic_fields(db::Connection& connection, i64 id) {
  std::vector<ComicField> fields;
  for (const Asked& asked : asked_fields) {
    WEIR_ASSIGN(ComicField field, ask(connection, asked, id));
    if (!field.values.empty()) fields.push_back(std::move(field));
  }
  return fields;
}

std::string fields_text(const std::vector<ComicField>& fields) {
  constexpr std::size_t label_columns = 18;
  const std::string new_line = "\n" + std::string(label_columns, ' ');
  std::string text;
  for (const ComicField& field : fields) {
    std::string label(field.name);
    std::ranges::replace(label, '_', ' ');
    label.resize(label_columns, ' ');
    text += label + terminal_text(field_text(field), new_line) + '\n';
  }
  return text;
}

std::string fields_json(const std::vector<ComicField>& fields) {
  std::string json = "{";
  for (const ComicField& field : fields) {
    json += fmt::format("{}\"{}\":", json.size() > 1 ? "," : "", field.name);
    if (field.kind != Kind::list && field.kind != Kind::rows) {
      append_value(field.kind, field.values.front().front(), json);
      continue;
    }
    json += '[';
    for (const auto& row : field.values) {
      if (json.back() != '[') json += ',';
      append_row(field, row, json);
    }
    json += ']';
  }
  return json + '}';
}

}  // namespace weir::comics
