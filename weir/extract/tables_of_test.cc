#include "weir/extract/tables_of.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "weir/extract/declaration.h"

namespace weir::extract {
namespace {

using testing::ElementsAre;

Declaration load(std::string_view file) {
  auto parsed = load_declaration(fmt::format("{}/{}", WEIR_SOURCE_DIR, file), {});
  EXPECT_TRUE(parsed.ok() && parsed->problems.empty()) << file;
  return parsed.ok() ? std::move(parsed->declaration) : Declaration{};
}

std::string joined(const std::vector<std::string>& texts) {
  std::string out;
  for (const std::string& text : texts) out += (out.empty() ? "" : ", ") + text;
  return out;
}

// "kanji_pinyin(literal^, pinyin_id>pinyin; key pinyin_id)": ^ the record's key, + the own
// surrogate, <TABLE the surrogate of a row above, >TABLE a link.
std::string written(const Tables& tables, const Table& table) {
  std::vector<std::string> columns;
  for (const TableColumn& column : table.columns) {
    std::string text = column.name;
    const auto other = [&] { return tables.tables[static_cast<std::size_t>(column.table)].name; };
    if (column.source == ColumnSource::record_key) text += '^';
    if (column.source == ColumnSource::surrogate) text += '+';
    if (column.source == ColumnSource::parent_id) text.append("<").append(other());
    if (column.source == ColumnSource::lookup_ref) text.append(">").append(other());
    columns.push_back(text);
  }
  std::vector<std::string> key;
  for (const i32 column : table.key)
    key.push_back(table.columns[static_cast<std::size_t>(column)].name);
  return table.name + "(" + joined(columns) + "; key " + joined(key) + ")";
}

std::vector<std::string> written(const Tables& tables) {
  std::vector<std::string> all;
  for (const Table& table : tables.tables) all.push_back(written(tables, table));
  return all;
}

const TableColumn& column_of(const Tables& tables, std::string_view table, std::string_view name) {
  const Table& found = tables.tables[static_cast<std::size_t>(tables.find(table))];
  return *std::ranges::find(found.columns, name, &TableColumn::name);
}

TEST(TablesOf, KanjidicAreLookupsRecordAndRepeatedMembers) {
  const Tables tables = tables_of(load("examples/kanjidic.toml"));
  EXPECT_THAT(
      written(tables),
      ElementsAre(
          "dictionary(id+, name; key name)", "pinyin(id+, name; key name)",
          "kanji(literal, ucs, radical, radical_nelson, grade, stroke_count, stroke_counts, "
          "frequency, jlpt, radical_names, database_version; key literal)",
          "kanji_codepoint(literal^, standard, code; key )",
          "kanji_reading(literal^, n, kind, reading; key )",
          "kanji_meaning(literal^, n, language, meaning; key )",
          "kanji_meaning_en(literal^, meaning; key )",
          "kanji_name_reading(literal^, reading; key )",
          "kanji_query_code(literal^, system, code, misclass; key )",
          "kanji_dictionary(literal^, dictionary_id>dictionary, number, volume, page; key "
          "dictionary_id, number)",
          "kanji_pinyin(literal^, pinyin_id>pinyin; key pinyin_id)"));
  EXPECT_EQ(tables.entities.front().record_table, 2);
  EXPECT_EQ(tables.entities.front().write, WriteMode::replace_record);
  EXPECT_EQ(column_of(tables, "kanji", "stroke_counts").type.kind, TypeKind::list);
  EXPECT_TRUE(column_of(tables, "kanji_reading", "literal").required);
}

TEST(TablesOf, CldrSharesNamesOfTerritoriesAndLanguages) {
  EXPECT_THAT(written(tables_of(load("examples/cldr.toml"))),
              ElementsAre("territory(id+, code; key code)", "language(id+, code; key code)",
                          "locale(locale, language, script, territory, variant; key locale)",
                          "territory_name(locale^, territory_id>territory, alt, draft, name; key "
                          "territory_id, alt)",
                          "language_name(locale^, language_id>language, alt, draft, name; key "
                          "language_id, alt)"));
}

TEST(TablesOf, IsoCodesAreFourEntities) {
  const Tables tables = tables_of(load("examples/iso_codes.toml"));
  EXPECT_THAT(written(tables),
              ElementsAre("subdivision_kind(id+, name; key name)",
                          "country(alpha_2, alpha_3, numeric, name, official_name, common_name, "
                          "flag; key alpha_2)",
                          "subdivision(code, country, parent, kind_id>subdivision_kind, name; key "
                          "code)",
                          "iso_language(alpha_3, alpha_2, bibliographic, scope, kind, name, "
                          "inverted_name, common_name; key alpha_3)",
                          "currency(alpha_3, numeric, name; key alpha_3)"));
  EXPECT_EQ(tables.entities.size(), 4U);
  EXPECT_EQ(tables.tables[3].entity, 2);
}

TEST(TablesOf, CourtsHaveNestedRowsAndAHistory) {
  const Declaration declaration = load("weir/jobs/courts/courts.toml");
  const Tables tables = tables_of(declaration);
  ASSERT_EQ(tables.tables.size(), 12U);
  const auto of = [&](std::string_view name) {
    return written(tables, tables.tables[static_cast<std::size_t>(tables.find(name))]);
  };
  EXPECT_EQ(of("oca_appearances"),
            "oca_appearances(indexnumberid^, appearanceid+, appearancedatetime, appearancepurpose, "
            "appearancereason, appearancepart, motionsequence; key )");
  EXPECT_EQ(of("oca_appearance_outcomes"),
            "oca_appearance_outcomes(indexnumberid^, appearanceid<oca_appearances, "
            "appearanceoutcometype, outcomebasedontype; key )");
  EXPECT_EQ(of("oca_metadata"),
            "oca_metadata(indexnumberid^, initialdate, updatedate, deletedate; key indexnumberid)");
  EXPECT_EQ(tables.tables.back().kind, TableKind::history);
  EXPECT_EQ(column_of(tables, "oca_metadata", "initialdate").policy, MergePolicy::min);
  EXPECT_EQ(column_of(tables, "oca_metadata", "deletedate").history_of, HistoryOf::deletes);
  EXPECT_TRUE(column_of(tables, "oca_addresses", "geom").volatile_value);
  EXPECT_TRUE(tables.entities.front().versioned);
  EXPECT_EQ(tables.entities.front().deletes, Deletes::permanent);

  const i32 addresses = static_cast<i32>(tables.find("oca_addresses"));
  const auto blank = blank_columns(declaration, tables, "level1");
  ASSERT_TRUE(blank.ok());
  EXPECT_THAT(*blank, ElementsAre(ColumnPosition{addresses, 1}, ColumnPosition{addresses, 2}));
  const auto unknown = blank_columns(declaration, tables, "level2");
  ASSERT_FALSE(unknown.ok());
  EXPECT_EQ(unknown.error().code(), ErrorCode::usage);
}

TEST(TablesOf, ComicsLinkToLookupsOfLookups) {
  const Tables tables = tables_of(load("weir/jobs/comics/comics.toml"));
  const auto of = [&](std::string_view name) {
    return written(tables, tables.tables[static_cast<std::size_t>(tables.find(name))]);
  };
  EXPECT_EQ(tables.tables.size(), 38U);
  EXPECT_EQ(
      of("identifier"),
      "identifier(id+, source_id>identifier_source, type, key, url; key source_id, type, key)");
  EXPECT_EQ(of("publisher"), "publisher(id+, name, sort_name, identifier_id>identifier; key name)");
  EXPECT_EQ(of("imprint"),
            "imprint(id+, publisher_id>publisher, name, sort_name, identifier_id>identifier; key "
            "publisher_id, name)");
  EXPECT_EQ(of("series"),
            "series(id+, imprint_id>imprint, name, sort_name, volume_count, "
            "identifier_id>identifier; key imprint_id, name)");
  EXPECT_EQ(of("volume"),
            "volume(id+, series_id>series, number, number_to, issue_count; key series_id, number, "
            "number_to)");
  EXPECT_EQ(of("credit"), "credit(id+, person_id>person, role_id>role; key person_id, role_id)");
  EXPECT_EQ(of("comic"),
            "comic(id+, library_id, folder_id, path, path_bytes, volume_id>volume, issue_number, "
            "issue_suffix, title, collection_title, sort_name, year, month, day, date, decade, "
            "summary, review, notes, community_rating, page_count, reading_direction, monochrome, "
            "manga, age_rating_id>age_rating, original_format_id>original_format, "
            "scan_info_id>scan_info, tagger_id>tagger, country_id>country, language_id>language, "
            "main_character_id>character, main_team_id>team, file_type, size, mtime_ns, inode, "
            "device, fingerprint, metadata_warning, created_at, updated_at; key "
            "library_id, path)");
  EXPECT_EQ(of("comic_story_arc"),
            "comic_story_arc(comic_id<comic, story_arc_id>story_arc, number; key story_arc_id)");
  // Its key is a field that is no column.
  EXPECT_EQ(of("comic_identifier"),
            "comic_identifier(comic_id<comic, identifier_id>identifier; key )");
  EXPECT_EQ(column_of(tables, "volume", "issue_count").policy, MergePolicy::max);
}

TEST(TablesOf, LookupsStandBeforeWhatLinksToThem) {
  const Tables tables = tables_of(load("weir/jobs/comics/comics.toml"));
  for (i32 i = 0; i < static_cast<i32>(tables.tables.size()); ++i) {
    const Table& table = tables.tables[static_cast<std::size_t>(i)];
    EXPECT_LT(table.parent, i);
    for (const TableColumn& column : table.columns) EXPECT_LT(column.table, i) << table.name;
  }
}

TEST(TablesOf, NestedRowsHaveTheSurrogatesOfAllRowsAbove) {
  const ParsedDeclaration parsed = parse_declaration(R"toml([source.s]
entity = "e"
format = "json"
path = "*"
[entity.e]
surrogate = "id"
partition = ["day"]
write = "replace_partition"
[entity.e.fields]
day = { type = "date" }
[entity.e.tables.a]
each = "a"
surrogate = "id"
[entity.e.tables.a.tables.b]
each = "b"
[entity.e.tables.a.tables.b.tables.c]
each = "c"
surrogate = "number"
[entity.e.tables.a.tables.b.tables.c.tables.d]
each = "d"
fields.x = { type = "string", stored = false }
[entity.e.tables.z]
table = "last"
each = "z"
)toml",
                                                     "f", {});
  EXPECT_TRUE(parsed.problems.empty());
  const Tables tables = tables_of(parsed.declaration);
  EXPECT_THAT(written(tables),
              ElementsAre("e(id+, day; key )", "a(e_id<e, id+; key )", "b(e_id<e, a_id<a; key )",
                          "c(e_id<e, a_id<a, number+; key )", "d(e_id<e, a_id<a, number<c; key )",
                          "last(e_id<e; key )"));
  EXPECT_EQ(tables.tables[4].parent, 3);
  EXPECT_EQ(tables.tables[5].parent, 0);
  EXPECT_THAT(tables.entities.front().partition, ElementsAre(1));
}

}  // namespace
}  // namespace weir::extract
