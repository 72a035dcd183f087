#include "weir/jobs/comics/search_index.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include <random>

#include "weir/jobs/comics/search_library_test.h"
#include "weir/jobs/comics/search_schema.h"

namespace weir::comics {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class SearchIndex : public Library {
 protected:
  SearchIndex() {
    const auto made = make_index(db());
    EXPECT_TRUE(made.ok()) << made.error().message();
  }

  i64 pending() { return number("SELECT count(*) FROM comic_index_pending"); }
  i64 triggers() { return number("SELECT count(*) FROM sqlite_schema WHERE type = 'trigger'"); }
  // `count` plain comics with ids from 1 on, in one statement.
  void fill(i64 count) {
    put({.id = 1, .title = "First"});
    run(
        fmt::format("WITH RECURSIVE n(id) AS (SELECT 2 UNION ALL SELECT id + 1 FROM n WHERE "
                    "id < {}) INSERT INTO comic(id, path, volume_id, title, summary) "
                    "SELECT n.id, n.id, 1, 'Title ' || n.id, 'Words of ' || n.id % 100 FROM n",
                    count));
    run("INSERT OR IGNORE INTO character(id, name) VALUES (1, 'Anna'), (2, 'Bert')");
    run("INSERT INTO comic_character SELECT id, 1 + id % 2 FROM comic WHERE id > 1");
  }
};

TEST_F(SearchIndex, FindsEveryColumnOfAComic) {
  put({.id = 7,
       .title = "Année zéro",
       .series = "Blue Orchard",
       .publisher = "North Press",
       .imprint = "Little North",
       .summary = "A fox reads.",
       .language = "fr",
       .format = "Annual",
       .characters = {"Rosa", "Otto 漫画"},
       .teams = {"The Readers"},
       .genres = {"Crime"},
       .stories = {"Année zéro"},
       .alternate = {"Verger bleu"},
       .sources = {"metron"},
       .credits = {{"Jana Ito", "Writer"}, {"Jana Ito", "Inker"}, {"Zoë Kim", "Editor"}}});
  index();
  for (const char* query :
       {"title : annee", "series : orchard", "publisher : north", "imprint : little",
        "summary : fox", "language : fr", "original_format : annual", "characters : otto",
        "characters : 漫画", "teams : readers", "genres : crime", "stories : zero",
        "alternate_series : verger", "sources : metron", "credits : zoe"})
    EXPECT_THAT(matches(query), ElementsAre(7)) << query;
  EXPECT_EQ(text("SELECT credits FROM comic_search"), "Jana Ito, Zoë Kim");
  EXPECT_THAT(matches("title : orchard"), IsEmpty());
}

TEST_F(SearchIndex, PutsTheSameTextsTogetherAsTheViewDoesWhereNamesAreMissing) {
  put({.id = 1, .series = "", .publisher = "", .characters = {"", "Anna", ""}});
  put({.id = 2, .title = "Nowhere"});
  run("UPDATE comic SET volume_id = 99, language_id = 98 WHERE id = 2");
  run("INSERT INTO comic_character VALUES (2, 97)");            // of no character
  run("INSERT INTO comic_team VALUES (50, 1)");                 // of no comic
  run("UPDATE character SET name = NULL WHERE name = 'Anna'");  // a null name is none
  index();
  EXPECT_THAT(matches("nowhere"), ElementsAre(2));
}

TEST_F(SearchIndex, TheFirstComicsPayForNoTrigger) {
  put({.id = 1});
  EXPECT_EQ(triggers(), 0);
  index();
  EXPECT_GT(triggers(), 0);
}

TEST_F(SearchIndex, NothingToDoWritesNothing) {
  fill(10);
  index();
  const i64 changes = number("SELECT total_changes()");
  const auto done = update_index(db(), {});
  ASSERT_TRUE(done);
  EXPECT_EQ(*done, 0);
  EXPECT_EQ(number("SELECT total_changes()"), changes);
}

TEST_F(SearchIndex, OnlyWhatChangedIsIndexedAgain) {
  fill(1000);
  index();
  put({.id = 500, .title = "Changed"});
  put({.id = 1001, .title = "Added"});
  remove(3);
  const auto done = update_index(db(), {});
  ASSERT_TRUE(done);
  EXPECT_EQ(*done, 2);
  check_index();
  EXPECT_THAT(matches("changed"), ElementsAre(500));
  EXPECT_THAT(matches("added"), ElementsAre(1001));
  EXPECT_THAT(matches("title : 3"), IsEmpty());
}

TEST_F(SearchIndex, ARenamedThingUpdatesAllItsComics) {
  put({.id = 1, .series = "Hawk", .credits = {{"Ada Kim", "Writer"}}});
  put({.id = 2, .series = "Hawk", .credits = {{"Ada Kim", "Inker"}, {"Ben Lam", "Editor"}}});
  put({.id = 3, .series = "Crow", .credits = {{"Ben Lam", "Writer"}}});
  index();
  run("UPDATE series SET name = 'Falcon' WHERE name = 'Hawk'");
  run("UPDATE person SET name = 'Ida Kim' WHERE name = 'Ada Kim'");
  EXPECT_EQ(pending(), 2);
  index();
  EXPECT_THAT(matches("falcon"), ElementsAre(1, 2));
  EXPECT_THAT(matches("hawk"), IsEmpty());
  EXPECT_THAT(matches("credits : ida"), ElementsAre(1, 2));
  run("UPDATE publisher SET name = 'Elsewhere'");
  EXPECT_EQ(pending(), 3);
  index();
  EXPECT_THAT(matches("publisher : elsewhere"), ElementsAre(1, 2, 3));
}

TEST_F(SearchIndex, AComicThatMovesOnDiskKeepsItsEntry) {
  fill(3);
  index();
  run("UPDATE comic SET path = 'elsewhere' WHERE id = 2");
  EXPECT_EQ(pending(), 0);
  run("UPDATE comic SET title = 'Renamed' WHERE id = 2");
  EXPECT_EQ(pending(), 1);
  index();
}

TEST_F(SearchIndex, TakesTheThreadsAndTheMemoryItIsGiven) {
  fill(5'000);
  put({.id = 5'001, .summary = std::string(3'000'000, 'x') + " end"});
  std::string first;
  for (const i64 threads : {1, 2, 8}) {
    for (const char* journal : {"WAL", "DELETE"}) {
      run(fmt::format("PRAGMA journal_mode = {}", journal));
      ASSERT_TRUE(reset_index(db()));
      EXPECT_THAT(matches("title"), IsEmpty());
      i64 told = 0;
      const auto done = update_index(db(), {.memory_bytes = threads == 1 ? 1 : 64 * MiB,
                                            .threads = threads,
                                            .stop = {},
                                            .progress = [&](i64 comics) { told += comics; }});
      ASSERT_TRUE(done) << done.error().message();
      EXPECT_EQ(*done, 5'001);
      EXPECT_EQ(told, 5'001);
      check_index();
      EXPECT_THAT(matches("summary : end"), ElementsAre(5'001));
      EXPECT_THAT(matches("anna"), SizeIs(2'500));
    }
  }
}

TEST_F(SearchIndex, GoesOnWhereItWasStopped) {
  fill(12'000);
  std::stop_source stop;
  const auto stopped = update_index(db(), {.memory_bytes = 64 * MiB,
                                           .threads = 1,
                                           .stop = stop.get_token(),
                                           .progress = [&](i64) { stop.request_stop(); },
                                           .transaction_comics = 5'000});
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().code(), ErrorCode::cancelled);
  const auto finished = is_index_finished(db());
  ASSERT_TRUE(finished);
  EXPECT_FALSE(*finished);
  EXPECT_EQ(number("SELECT watermark FROM comic_index"), 5'000);
  remove(5);      // indexed
  remove(6'000);  // not yet
  const auto rest = update_index(db(), {});
  ASSERT_TRUE(rest);
  EXPECT_EQ(*rest, 6'999);
  check_index();
  EXPECT_TRUE(*is_index_finished(db()));
}

// The child is killed at a random moment; what it leaves is completed and as it should be.
TEST_F(SearchIndex, AKillAtAnyMomentLosesAndDoublesNothing) {
  fill(8'000);
  std::mt19937 random(3);
  for (int round = 0; round < 10; ++round) {
    ASSERT_TRUE(reset_index(db()));
    if (round % 2 == 1) {  // a change of an indexed library instead of a first one
      index();
      run("UPDATE character SET name = name || 'x'");
      run("INSERT INTO comic(id, path, volume_id, title) SELECT max(id) + 1, max(id) + 1, 1, "
          "'More' FROM comic");
    }
    run("PRAGMA wal_checkpoint(TRUNCATE)");
    const pid_t child = ::fork();
    if (child == 0) {
      auto own = db::Connection::open(file(), {});
      if (own.ok()) static_cast<void>(update_index(*own, {.transaction_comics = 1'000}).ok());
      ::_exit(0);
    }
    ::usleep(static_cast<useconds_t>(random() % 80'000));
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    reopen();
    index();
    EXPECT_EQ(number("SELECT count(*) FROM comic_fts_docsize"),
              number("SELECT count(*) FROM comic"));
  }
}

// Any order of what an import and a user do keeps index and comics together.
TEST_F(SearchIndex, RandomChangesKeepItRight) {
  std::mt19937 random(1);
  const auto any = [&](i64 count) { return static_cast<i64>(random() % static_cast<u64>(count)); };
  const auto word = [&] { return fmt::format("word{}", any(30)); };
  const auto words = [&] {
    std::vector<std::string> made;
    for (i64 i = any(4); i > 0; --i) made.push_back(word());
    return made;
  };
  for (int step = 0; step < 1500; ++step) {
    SCOPED_TRACE(step);
    const i64 id = 1 + any(60);
    switch (any(12)) {
      case 0:
        remove(id);
        break;
      case 1: {
        static constexpr const char* tables[] = {"series",    "publisher", "imprint",
                                                 "character", "person",    "genre",
                                                 "story",     "language",  "identifier_source"};
        run(fmt::format("UPDATE {} SET name = '{}' WHERE id = {}", tables[any(9)], word(),
                        1 + any(10)));
        break;
      }
      case 2:
        run(fmt::format("UPDATE reprint SET series_name = 'word{}' WHERE id = {}", any(30),
                        1 + any(10)));
        break;
      case 3:
        run(fmt::format("UPDATE comic SET title = '{}', language_id = {} WHERE id % 7 = {}", word(),
                        any(3), any(7)));
        break;
      case 4:
        run(fmt::format("UPDATE volume SET series_id = {} WHERE id = {}", 1 + any(5), 1 + any(9)));
        break;
      case 5:
        ASSERT_TRUE(update_index(db(), {}));
        break;
      case 6:
        if (any(10) == 0) {
          ASSERT_TRUE(reset_index(db()));
        }
        break;
      default:
        put({.id = id,
             .title = word(),
             .series = word(),
             .imprint = word(),
             .summary = word() + " " + word(),
             .language = any(2) == 0 ? word() : "",
             .volume = any(3),
             .characters = words(),
             .genres = words(),
             .stories = words(),
             .alternate = words(),
             .sources = words(),
             .credits = {{word(), "Writer"}, {word(), "Inker"}}});
    }
    if (step % 20 != 19) continue;
    index();
    ASSERT_FALSE(HasFatalFailure());
    EXPECT_EQ(number("SELECT count(*) FROM comic_fts_docsize"),
              number("SELECT count(*) FROM comic"));
  }
}

TEST_F(SearchIndex, SaysWhereThereIsNone) {
  run("DROP TABLE comic_index_pending");
  const auto finished = is_index_finished(db());
  ASSERT_FALSE(finished);
  EXPECT_EQ(finished.error().code(), ErrorCode::not_found);
}

}  // namespace
}  // namespace weir::comics
