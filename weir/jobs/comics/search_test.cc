#include "weir/jobs/comics/search.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <random>

#include "weir/jobs/comics/search_index.h"
#include "weir/jobs/comics/search_library_test.h"

namespace weir::comics {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class ComicSearch : public Library {
 protected:
  ComicSearch() { EXPECT_TRUE(make_index(db())); }

  SearchResult find(std::string_view query, i64 limit = 20) {
    auto search = Search::open(db());
    EXPECT_TRUE(search.ok()) << search.error().message();
    if (!search.ok()) return {};
    auto result = search->find(query, limit);
    EXPECT_TRUE(result.ok()) << result.error().message();
    return result.ok() ? std::move(*result) : SearchResult();
  }
  std::vector<i64> ids(std::string_view query, i64 limit = 20) {
    std::vector<i64> found;
    for (const FoundComic& comic : find(query, limit).comics) found.push_back(comic.id);
    return found;
  }
  // Comics with ids from `first` to `last` that all say `summary`, titled "Plain".
  void fill(i64 first, i64 last, const std::string& summary) {
    if (number("SELECT count(*) FROM volume WHERE id = 1") == 0) {
      run("INSERT INTO publisher VALUES (1, 'P', 'p', NULL)");
      run("INSERT INTO imprint VALUES (1, 1, '', '', NULL)");
      run("INSERT INTO series VALUES (1, 1, 'S', 's', NULL, NULL)");
      run("INSERT INTO volume VALUES (1, 1, 1, NULL, NULL)");
    }
    run(
        fmt::format("WITH RECURSIVE n(id) AS (SELECT {} UNION ALL SELECT id + 1 FROM n WHERE id < "
                    "{}) INSERT INTO comic(id, path, volume_id, issue_number, title, summary) "
                    "SELECT id, id, 1, id, 'Plain', {} FROM n",
                    first, last, db::quote_text(summary)));
  }
};

TEST_F(ComicSearch, TellsWhatItFound) {
  put({.id = 3,
       .path = "North/Fox 012AU.cbz",
       .title = "Élan",
       .series = "Fox",
       .volume = 2,
       .year = 1999,
       .issue = 12});
  run("UPDATE comic SET issue_suffix = 'AU'");
  put({.id = 4, .series = "Hawk"});
  run("UPDATE comic SET year = NULL, issue_number = NULL WHERE id = 4");
  index();
  const SearchResult result = find("elan");
  ASSERT_THAT(result.comics, SizeIs(1));
  const FoundComic& comic = result.comics[0];
  EXPECT_EQ(comic.id, 3);
  EXPECT_EQ(comic.path, "North/Fox 012AU.cbz");
  EXPECT_EQ(comic.series, "Fox");
  EXPECT_EQ(comic.volume, 2);
  EXPECT_EQ(comic.issue, "12AU");
  EXPECT_EQ(comic.title, "Élan");
  EXPECT_EQ(comic.year, 1999);
  EXPECT_EQ(result.matches, 1);
  EXPECT_FALSE(result.has_more);
  EXPECT_EQ(find("hawk").comics.at(0).issue, "");
  EXPECT_FALSE(find("hawk").comics.at(0).year);
  EXPECT_THAT(find("nowhere").comics, IsEmpty());
}

TEST_F(ComicSearch, IssuesAreWrittenAsPeopleDo) {
  EXPECT_EQ(issue_text(12, "AU"), "12AU");
  EXPECT_EQ(issue_text(1.5, ""), "1.5");
  EXPECT_EQ(issue_text(0, ""), "0");
  EXPECT_EQ(issue_text(std::nullopt, "½"), "½");
}

TEST_F(ComicSearch, TitleAndSeriesCountMost) {
  fill(100, 150, "nothing");
  put({.id = 1, .title = "Other", .series = "Other", .summary = "A fox, a fox, a fox."});
  put({.id = 2, .title = "Fox", .series = "Other", .summary = "Animals."});
  put({.id = 3, .title = "Other", .series = "Other", .characters = {"Fox"}});
  index();
  EXPECT_THAT(ids("fox"), ElementsAre(2, 3, 1));
}

TEST_F(ComicSearch, EqualsComeBySeriesVolumeAndIssue) {
  put({.id = 1, .title = "Fox", .series = "Bee", .volume = 1, .issue = 1});
  put({.id = 2, .title = "Fox", .series = "Ant", .volume = 2, .issue = 10});
  put({.id = 3, .title = "Fox", .series = "Ant", .volume = 2, .issue = 9});
  put({.id = 4, .title = "Fox", .series = "Ant", .volume = 1, .issue = 11});
  put({.id = 5, .title = "Bear", .series = "Cat"});
  run("UPDATE series SET sort_name = lower(name)");
  index();
  EXPECT_THAT(ids("fox"), ElementsAre(4, 3, 2, 1));
  // The limit falls among equals: the first of all of them stay.
  EXPECT_THAT(ids("fox", 2), ElementsAre(4, 3));
}

TEST_F(ComicSearch, OfVeryManyTheOnesWithTheWordsInTitleOrSeriesComeFirst) {
  fill(1, 12'000, "the common word");
  put({.id = 11'000, .title = "Common"});
  put({.id = 11'500, .title = "Another", .series = "Common"});
  index();
  const SearchResult result = find("common", 4);
  EXPECT_EQ(result.matches, 2'000);
  EXPECT_TRUE(result.has_more);
  ASSERT_THAT(result.comics, SizeIs(4));
  EXPECT_THAT((std::vector{result.comics[0].id, result.comics[1].id}),
              ::testing::UnorderedElementsAre(11'000, 11'500));
  EXPECT_EQ(result.comics[2].id, 1);
  EXPECT_EQ(ids("common", 50), ids("common", 50));
  EXPECT_THAT(ids("common", 20'000), SizeIs(12'000));
}

TEST_F(ComicSearch, ABeginningFindsFewAndManyWords) {
  put({.id = 1, .title = "Silver"});
  put({.id = 2, .title = "Silent"});
  put({.id = 3, .title = "Sin"});
  index();
  EXPECT_THAT(ids("sil*"), ::testing::UnorderedElementsAre(1, 2));
  EXPECT_THAT(ids("silver*"), ElementsAre(1));
  EXPECT_THAT(ids("x*"), IsEmpty());
  run("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 400) "
      "INSERT INTO comic(id, path, volume_id, title) SELECT 100 + i, i, 1, 'sim' || i FROM n");
  index();
  EXPECT_EQ(find("s*").matches, 403);
  EXPECT_EQ(find("sim1*").matches, 111);
}

// The order by our own count of words is the order by FTS5's, where all of them are counted.
TEST_F(ComicSearch, RanksAsBm25Does) {
  std::mt19937 random(2);
  const auto words = [&](int most) {
    std::string text;
    for (auto n = 1 + random() % static_cast<unsigned>(most); n > 0; --n)
      text += fmt::format("w{} ", random() % 12);
    return text;
  };
  for (i64 id = 1; id <= 150; ++id)
    put({.id = id, .title = words(4), .series = words(2), .summary = words(20)});
  index();
  for (const char* query : {"w1", "w2 w3", "w4 OR w5 OR w6", "w7 NOT w8"}) {
    const SearchResult result = find(query, 1'000);
    auto peer = db().prepare(
        "SELECT rowid, bm25(comic_fts, 10, 5, 10, 2, 2, 1, 1, 3, 3, 3, 2, 2, 2, 3, 2, 5, 2, 3, 1, "
        "1, 1, 1, 1, 1, 1) FROM comic_fts WHERE comic_fts MATCH ?1 ORDER BY 2, 1");
    ASSERT_TRUE(peer.ok()) << peer.error().message();
    std::string expression = query;
    if (expression == "w2 w3") expression = "w2 AND w3";
    peer->bind(1, expression);
    std::map<i64, double> ranks;
    while (*peer->step()) ranks[peer->column_i64(0)] = peer->column_double(1);
    ASSERT_EQ(ranks.size(), result.comics.size());
    for (std::size_t i = 1; i < result.comics.size(); ++i)
      EXPECT_LE(ranks[result.comics[i - 1].id], ranks[result.comics[i].id] + 1e-9) << query;
  }
}

TEST_F(ComicSearch, SaysWhatIsMissing) {
  const auto nowhere = open_library(file() + ".none");
  ASSERT_FALSE(nowhere);
  EXPECT_EQ(nowhere.error().code(), ErrorCode::not_found);
  put({.id = 1});
  const auto waiting = Search::open(db());
  ASSERT_TRUE(waiting) << waiting.error().message();
  EXPECT_FALSE(waiting->is_whole());
  auto library = open_library(file());
  ASSERT_TRUE(library) << library.error().message();
  index();
  auto search = Search::open(*library);
  ASSERT_TRUE(search) << search.error().message();
  EXPECT_TRUE(search->is_whole());
  const auto bad = search->find("(", 1);
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().code(), ErrorCode::usage);
  run("DROP TABLE comic_credit");
  const auto other = open_library(file());
  ASSERT_FALSE(other);
  EXPECT_THAT(other.error().message(), HasSubstr("is no library of comics"));
}

}  // namespace
}  // namespace weir::comics
