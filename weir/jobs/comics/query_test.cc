#include "weir/jobs/comics/query.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "weir/jobs/comics/search_schema.h"

namespace weir::comics {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class ComicQuery : public ::testing::Test {
 protected:
  ComicQuery() {
    auto opened = db::Connection::open(":memory:", {});
    db_ = std::make_unique<db::Connection>(std::move(opened).value());
    auto tokenizer = Tokenizer::open(*db_);
    EXPECT_TRUE(tokenizer.ok());
    tokenizer_ = std::move(tokenizer).value();
    EXPECT_TRUE(db_->execute("CREATE VIRTUAL TABLE comic_fts USING fts5(" + search_column_list() +
                             ", tokenize = \"unicode61 remove_diacritics 2\")"));
  }

  std::string expression(std::string_view query, const ExpressionOptions& options = {}) {
    const auto parsed = parse_query(query, tokenizer_);
    if (!parsed.ok()) return parsed.error().message();
    auto made = fts_expression(*parsed, options);
    return made.ok() ? *made : made.error().message();
  }
  std::string message(std::string_view query) {
    const auto parsed = parse_query(query, tokenizer_);
    if (parsed.ok()) return "parsed";
    EXPECT_EQ(parsed.error().code(), ErrorCode::usage);
    return parsed.error().message();
  }
  Result<i64> count(const std::string& fts) {
    return db_->query_i64("SELECT count(*) FROM comic_fts WHERE comic_fts MATCH " +
                          db::quote_text(fts));
  }

  std::unique_ptr<db::Connection> db_;
  Tokenizer tokenizer_;
};

TEST_F(ComicQuery, WordsAreTakenTogether) {
  EXPECT_EQ(expression("batman"), "\"batman\"");
  EXPECT_EQ(expression("  Silver  Fox "), "(\"silver\") AND (\"fox\")");
  EXPECT_EQ(expression("silver AND fox"), "(\"silver\") AND (\"fox\")");
  EXPECT_EQ(expression("\"Silver Fox\""), "\"silver fox\"");
  EXPECT_EQ(expression("spider-man"), "\"spider man\"");
  EXPECT_EQ(expression("or and not"), "(\"or\") AND (\"and\") AND (\"not\")");
  EXPECT_EQ(expression("\"OR\""), "\"or\"");
}

TEST_F(ComicQuery, CaseAndDiacriticsDoNotMatter) {
  EXPECT_EQ(expression("ÉLODIE Gómez"), "(\"elodie\") AND (\"gomez\")");
}

TEST_F(ComicQuery, BeginningsFieldsAndGroups) {
  EXPECT_EQ(expression("bat*"), "\"bat\" *");
  EXPECT_EQ(expression("\"dark kni\"*"), "\"dark kni\" *");
  EXPECT_EQ(expression("series:fox"), "series : \"fox\"");
  EXPECT_EQ(expression("Character:rosa"), "characters : \"rosa\"");
  EXPECT_EQ(expression("title:\"a fox\" arc:war*"),
            "(title : \"a fox\") AND (story_arcs : \"war\" *)");
  EXPECT_EQ(expression("genre:(crime OR war)"), "(genres : \"crime\") OR (genres : \"war\")");
  EXPECT_EQ(expression("title:re:zero"), "title : \"re zero\"");
  EXPECT_EQ(expression("spider-man:blue"), "\"spider man blue\"");
}

TEST_F(ComicQuery, OrIsWeakerThanAndIsWeakerThanNot) {
  EXPECT_EQ(expression("a b OR c"), "((\"a\") AND (\"b\")) OR (\"c\")");
  EXPECT_EQ(expression("a (b OR c)"), "(\"a\") AND ((\"b\") OR (\"c\"))");
  EXPECT_EQ(expression("a b NOT c"), "(\"a\") AND ((\"b\") NOT (\"c\"))");
  EXPECT_EQ(expression("a NOT b NOT c"), "(\"a\") NOT (\"b\") NOT (\"c\")");
  EXPECT_EQ(expression("a AND NOT b"), "(\"a\") NOT (\"b\")");
  EXPECT_EQ(expression("(a b) NOT (c OR d)"), "((\"a\") AND (\"b\")) NOT ((\"c\") OR (\"d\"))");
}

TEST_F(ComicQuery, WhatIsNoWordIsLeftOut) {
  EXPECT_EQ(expression("fox & hawk"), "(\"fox\") AND (\"hawk\")");
  EXPECT_EQ(expression("fox OR ☄"), "\"fox\"");
  EXPECT_EQ(expression("fox NOT -"), "\"fox\"");
  EXPECT_EQ(expression("fox -*"), "\"fox\"");
  EXPECT_THAT(message("& ☄"), HasSubstr("nothing in it is a word"));
  EXPECT_THAT(message("& NOT fox"), HasSubstr("nothing in it is a word"));
}

TEST_F(ComicQuery, AnErrorSaysWhereAndWhatWasExpected) {
  EXPECT_EQ(message("silver OR"),
            "the query, at character 10: expected a word, a \"phrase\" or \"(\"\n  silver OR\n"
            "           ^");
  EXPECT_THAT(message(""), StartsWith("the query, at character 1: expected a word"));
  EXPECT_THAT(message("OR a"), StartsWith("the query, at character 1: expected a word"));
  EXPECT_THAT(message("NOT a"), HasSubstr("found NOT"));
  EXPECT_THAT(message("a NOT"), HasSubstr("after NOT"));
  EXPECT_THAT(message("a OR OR b"), StartsWith("the query, at character 6:"));
  EXPECT_THAT(message("é é titel:x"), StartsWith("the query, at character 5: there is no field"));
  EXPECT_THAT(message("title: x"), HasSubstr("right behind the field"));
  EXPECT_THAT(message("title:"), HasSubstr("right behind the field"));
  EXPECT_THAT(message("title:(a series:b)"), HasSubstr("within another field's group"));
  EXPECT_THAT(message("a \"b c"), StartsWith("the query, at character 3: this phrase has no end"));
  EXPECT_THAT(message("a (b (c)"), StartsWith("the query, at character 3: this \"(\" has no end"));
  EXPECT_THAT(message("a) b"), StartsWith("the query, at character 2: no \"(\""));
  EXPECT_THAT(message("()"), StartsWith("the query, at character 2: expected"));
  EXPECT_THAT(message("b*t"), StartsWith("the query, at character 3: expected the end"));
  EXPECT_THAT(message("a\xff"), HasSubstr("UTF-8"));
  EXPECT_THAT(message(std::string(30, '(') + "a" + std::string(30, ')')), HasSubstr("deep"));
  std::string many;
  for (int i = 0; i < 300; ++i) many += "a ";
  EXPECT_THAT(message(many), HasSubstr("at most 200 words"));
}

TEST_F(ComicQuery, OnlyWordsWithoutAFieldAreKeptToHeavyColumns) {
  const ExpressionOptions heavy{.heavy_columns_only = true, .expand = {}};
  EXPECT_EQ(expression("fox genre:war", heavy),
            "({title series} : \"fox\") AND (genres : \"war\")");
  EXPECT_EQ(expression("fox NOT hawk", heavy), "({title series} : \"fox\") NOT (\"hawk\")");
  EXPECT_TRUE(has_free_words(*parse_query("genre:war fox", tokenizer_)));
  EXPECT_FALSE(has_free_words(*parse_query("genre:war NOT fox", tokenizer_)));
}

TEST_F(ComicQuery, ABeginningBecomesTheWordsThatBeginSo) {
  const auto words = [](const std::string& prefix) -> Result<std::vector<std::string>> {
    if (prefix != "sil") return std::vector<std::string>();
    return std::vector<std::string>{"silent", "silver"};
  };
  const ExpressionOptions options{.expand = words};
  EXPECT_EQ(expression("sil*", options), "(\"silent\" OR \"silver\")");
  EXPECT_EQ(expression("title:sil*", options), "title : (\"silent\" OR \"silver\")");
  EXPECT_EQ(expression("x*", options), "\"x\" *");
  EXPECT_EQ(expression("\"a sil\"*", options), "\"a sil\" *");
}

TEST_F(ComicQuery, WhatItMakesFindsWhatItSays) {
  ASSERT_TRUE(
      db_->execute("INSERT INTO comic_fts(rowid, title, series, genres) VALUES "
                   "(1, 'The Silver Fox', 'Nights', 'War'), (2, 'Silent Hawk', 'Fox', 'Crime'), "
                   "(3, 'Élodie', 'Days', 'War, Crime')"));
  const auto found = [&](std::string_view query) { return *count(expression(query)); };
  EXPECT_EQ(found("fox"), 2);
  EXPECT_EQ(found("\"silver fox\""), 1);
  EXPECT_EQ(found("\"fox silver\""), 0);
  EXPECT_EQ(found("sil*"), 2);
  EXPECT_EQ(found("series:fox"), 1);
  EXPECT_EQ(found("genre:(war OR crime) NOT title:(fox OR hawk)"), 1);
  EXPECT_EQ(found("elodie"), 1);
  EXPECT_EQ(found("fox OR elodie"), 3);
}

// Whatever is typed is an error of the query, or an expression that SQLite takes.
TEST_F(ComicQuery, NothingThatIsTypedIsAnErrorOfSqlite) {
  static constexpr std::string_view pieces[] = {"a",
                                                "fox",
                                                "\"",
                                                "(",
                                                ")",
                                                "*",
                                                ":",
                                                "OR ",
                                                " AND ",
                                                " NOT ",
                                                " ",
                                                "+",
                                                "^",
                                                "{",
                                                "}",
                                                "-",
                                                "title:",
                                                "tag:",
                                                "NEAR",
                                                "'",
                                                "\\",
                                                "é",
                                                "漫",
                                                "\xf0\x9f\x98\x80",
                                                "\x01",
                                                "a*",
                                                "\"b c\"",
                                                ",",
                                                "NEAR(a b, 2)",
                                                "%",
                                                ";",
                                                "--"};
  std::mt19937 random(5);
  int parsed_queries = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string query;
    for (auto length = random() % 12; length > 0; --length)
      query += pieces[random() % std::size(pieces)];
    SCOPED_TRACE(query);
    const auto parsed = parse_query(query, tokenizer_);
    if (!parsed.ok()) {
      ASSERT_EQ(parsed.error().code(), ErrorCode::usage);
      ASSERT_THAT(parsed.error().message(), HasSubstr("the query"));
      continue;
    }
    ++parsed_queries;
    for (const bool heavy : {false, true}) {
      const auto fts = fts_expression(*parsed, {.heavy_columns_only = heavy, .expand = {}});
      ASSERT_TRUE(fts.ok());
      const auto counted = count(*fts);
      ASSERT_TRUE(counted.ok()) << *fts << ": " << counted.error().message();
    }
  }
  EXPECT_GT(parsed_queries, 500);
}

TEST_F(ComicQuery, TheDeepestAndLongestQueriesAreTaken) {
  std::string deep = "x", wide = "a", chain = "a", nots;
  for (int i = 0; i < 16; ++i) {
    std::string wrapped = "y";
    wrapped += i % 2 == 0 ? " OR (" : " NOT (";
    deep = wrapped + deep + ") z";
  }
  for (int i = 1; i < 200; ++i) wide += " OR b" + std::to_string(i);
  for (int i = 1; i < 200; ++i) chain += " NOT b" + std::to_string(i);
  for (const std::string& query : {deep, wide, chain}) {
    const auto counted = count(expression(query));
    EXPECT_TRUE(counted.ok()) << counted.error().message();
  }
}

TEST_F(ComicQuery, ATextHasTheWordsOfTheIndex) {
  EXPECT_THAT(*tokenizer_.words("Spider-Man: Édition 2"),
              ElementsAre("spider", "man", "edition", "2"));
  EXPECT_TRUE(tokenizer_.words("— ☄ &")->empty());
}

}  // namespace
}  // namespace weir::comics
