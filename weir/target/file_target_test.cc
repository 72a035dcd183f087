#include "weir/target/file_target.h"

#include <gmock/gmock.h>

#include <fstream>

#include "weir/target/file_testing.h"

namespace weir::target {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

namespace fs = std::filesystem;

const std::vector<Book> first_books = {{"1", "Weirs", {{"Water"}, {"Wood"}}, 1},
                                       {"2", "Rivers", {{"Springs"}}, 1},
                                       {"3", "Lakes", {}, 1}};

class FileTargetTest : public testing::Test {
 protected:
  std::unique_ptr<Target> open(Access access) {
    auto target = open_csv_target((folder_.path() / "out").string(), access, 64 * MiB);
    EXPECT_TRUE(target.ok()) << (target.ok() ? "" : target.error().message());
    return target.ok() ? *std::move(target) : nullptr;
  }

  // A run of its own over `parts`, each a chunk of one part.
  flow::RunCounts load(const std::string& run, const std::vector<std::vector<Book>>& chunks,
                       i32 threads = 1) {
    const auto target = open(Access::write);
    return load_into(*target, run, chunks, threads);
  }

  flow::RunCounts load_into(Target& target, const std::string& run,
                            const std::vector<std::vector<Book>>& chunks, i32 threads = 1) {
    MemorySpool spool(tables_, folder_.path() / "spool");
    for (const auto& books : chunks) spool.add_chunk({books});
    flow::MemoryBudget budget(64 * MiB);
    const flow::RunRow row{.id = run, .declaration_hash = "d"};
    EXPECT_TRUE(target.begin(row, tables_).ok());
    auto counts = target.promote({&spool}, row, {.budget = &budget, .threads = threads});
    EXPECT_TRUE(counts.ok()) << (counts.ok() ? "" : counts.error().message());
    return counts.ok() ? *counts : flow::RunCounts{};
  }

  std::vector<std::string> rows(std::string_view table, const ScanOptions& options = {}) {
    return scan_rows(*open(Access::read), table, options);
  }

  bool exists(const std::string& file) { return fs::exists(folder_.path() / "out" / file); }

  TemporaryFolder folder_;
  Tables tables_ = library_tables(WriteMode::replace_record, false);
};

TEST_F(FileTargetTest, ChildRowsGetTheKeyOfTheirRecord) {
  load("r1", {first_books});
  EXPECT_THAT(rows("book"), ElementsAre("1|Weirs|20", "2|Rivers|10", "3|Lakes|0"));
  EXPECT_THAT(rows("chapter"), ElementsAre("1|1|Water", "1|2|Wood", "2|1|Springs"));
}

TEST_F(FileTargetTest, ChunksAndThreadsLeaveTheSameRows) {
  std::vector<std::vector<Book>> chunks;
  for (int i = 0; i < 40; ++i)
    chunks.push_back({{std::to_string(100 + i), "Title", {{"A"}, {"B"}, {"C"}}, 1}});
  load("r1", chunks, 4);
  EXPECT_THAT(rows("book"), SizeIs(40));
  EXPECT_THAT(rows("chapter"), SizeIs(120));
  EXPECT_EQ(rows("chapter").front(), "100|1|A");
}

TEST_F(FileTargetTest, ANewVersionReplacesAllRowsOfTheRecordAndKeepsTheOthers) {
  load("r1", {first_books});
  const auto counts = load("r2", {{{"1", "Weirs, revised", {{"Stone"}}, 2}, {"4", "Seas", {}, 1}}});
  EXPECT_EQ(counts.updated, 1);
  EXPECT_EQ(counts.created, 1);
  EXPECT_THAT(rows("book"),
              ElementsAre("1|Weirs, revised|10", "2|Rivers|10", "3|Lakes|0", "4|Seas|0"));
  EXPECT_THAT(rows("chapter"), ElementsAre("1|1|Stone", "2|1|Springs"));
  EXPECT_FALSE(exists("r1")) << "nothing of the first version is current";
}

TEST_F(FileTargetTest, AnOlderVersionIsKeptOut) {
  load("r1", {{{"1", "New", {{"A"}}, 5}}});
  load("r2", {{{"1", "Old", {{"B"}}, 4}}});
  EXPECT_THAT(rows("book"), ElementsAre("1|New|10"));
  EXPECT_THAT(rows("chapter"), ElementsAre("1|1|A"));
  EXPECT_TRUE(exists("r1/book.csv")) << "no row goes: the file is listed again";
}

TEST_F(FileTargetTest, ADeletedRecordTakesItsRowsAlong) {
  load("r1", {first_books});
  const auto counts = load("r2", {{{"1", "", {}, 2, true}}});
  EXPECT_EQ(counts.deleted, 1);
  EXPECT_THAT(rows("book"), ElementsAre("2|Rivers|10", "3|Lakes|0"));
  EXPECT_THAT(rows("chapter"), ElementsAre("2|1|Springs"));
}

TEST_F(FileTargetTest, SurrogatesLinkRowsAndAreNeverGivenTwice) {
  tables_ = library_tables(WriteMode::replace_record, true);
  load("r1", {{{"1", "Weirs", {{"Water", {"wet"}}, {"Wood", {"dry", "hard"}}}, 1},
               {"2", "Rivers", {{"Springs", {"cold"}}}, 1}}});
  EXPECT_THAT(rows("book"), ElementsAre("1|1|Weirs|20", "2|2|Rivers|10"));
  EXPECT_THAT(rows("chapter"), ElementsAre("1|1|1|Water", "1|2|2|Wood", "2|3|1|Springs"));
  EXPECT_THAT(rows("note"), ElementsAre("1|1|wet", "1|2|dry", "1|2|hard", "2|3|cold"));

  load("r2", {{{"2", "Rivers again", {{"Mouths", {"salty"}}}, 2}}});
  EXPECT_THAT(rows("book"), ElementsAre("1|1|Weirs|20", "3|2|Rivers again|10"));
  EXPECT_THAT(rows("note"), ElementsAre("1|1|wet", "1|2|dry", "1|2|hard", "3|4|salty"));
}

TEST_F(FileTargetTest, ParentsAreFoundWhereSomeRecordsOfAPartLose) {
  tables_ = library_tables(WriteMode::replace_record, true);
  load("r1", {{{"1", "Old", {{"A", {"a"}}, {"B", {"b"}}}, 1},
               {"2", "Other", {{"C", {"c"}}}, 1},
               {"1", "New", {{"D", {"d"}}}, 2}}});
  EXPECT_THAT(rows("book"), ElementsAre("1|2|Other|10", "2|1|New|10"));
  EXPECT_THAT(rows("chapter"), ElementsAre("1|1|1|C", "2|2|1|D"));
  EXPECT_THAT(rows("note"), ElementsAre("1|1|c", "2|2|d"));
}

TEST_F(FileTargetTest, AppendListsTheOldFilesAgain) {
  tables_ = library_tables(WriteMode::append, false);
  load("r1", {first_books});
  load("r2", {{{"9", "More", {}, 1}}});
  EXPECT_THAT(rows("book"), SizeIs(4));
  EXPECT_TRUE(exists("r1/book.csv"));
  EXPECT_TRUE(exists("r2/book.csv"));
}

TEST_F(FileTargetTest, ScansColumnsInTheOrderAskedForAndARangeOfTheFirst) {
  load("r1", {first_books});
  EXPECT_THAT(rows("book", {.columns = {"pages", "isbn"}, .first_key = "2"}),
              ElementsAre("0|3", "10|2"));
  EXPECT_THAT(rows("book", {.columns = {"title"}, .last_key = "1"}), ElementsAre("Weirs"));
  EXPECT_THAT(rows("book", {.columns = {"titel"}}),
              ElementsAre(HasSubstr("did you mean \"title\"?")));
  EXPECT_THAT(rows("books"), ElementsAre(HasSubstr("did you mean \"book\"?")));
}

TEST_F(FileTargetTest, FindsTheRowsOfKeysInEveryTable) {
  tables_ = library_tables(WriteMode::replace_record, true);
  load("r1", {{{"1", "Weirs", {{"Water", {"wet"}}}, 1}, {"2", "Rivers", {{"Springs", {"x"}}}, 1}}});
  flow::Arena arena(1 * MiB);
  flow::BatchBuilder keys({{{"isbn", {TypeKind::string}}}}, arena);
  keys.column(0).append_text("2");
  std::vector<std::string> found;
  const auto target = open(Access::read);
  for (const char* table : {"book", "chapter", "note"})
    ASSERT_TRUE(target
                    ->find(table, keys.view(),
                           [&](const Batch& batch) {
                             for (std::string& row : rows_of(batch))
                               found.push_back(std::move(row));
                             return Result<void>();
                           })
                    .ok());
  EXPECT_THAT(found, ElementsAre("2|2|Rivers|10", "2|2|1|Springs", "2|2|x"));
}

TEST_F(FileTargetTest, KeepsInputsRunsAndRejects) {
  load("r1", {{{"1", "", {}, 1}, {"2", "Rivers", {}, 1}}});
  const auto target = open(Access::read);
  const auto runs = target->runs();
  ASSERT_THAT(*runs, SizeIs(1));
  EXPECT_EQ(runs->front().status, flow::RunStatus::done);
  EXPECT_EQ(runs->front().counts.rejected, 1);
  EXPECT_EQ(*target->tables(), tables_);
  EXPECT_EQ(target->inputs("r1")->front().location, "books.xml");
  EXPECT_THAT(*target->loaded("d"), SizeIs(1));
  EXPECT_THAT(*target->loaded("another"), IsEmpty());
  std::vector<flow::RejectRow> rejects;
  ASSERT_TRUE(target
                  ->rejects([&](const flow::RejectRow& row) {
                    rejects.push_back(row);
                    return Result<void>();
                  })
                  .ok());
  ASSERT_THAT(rejects, SizeIs(1));
  EXPECT_EQ(rejects[0].location, "books.xml");
  EXPECT_EQ(rejects[0].key, "1");
  EXPECT_EQ(rejects[0].raw, "<book/>");
}

TEST_F(FileTargetTest, ASecondWriterIsRefusedWithTheNameOfTheFirstsRun) {
  const auto first = open(Access::write);
  ASSERT_TRUE(first->begin({.id = "r1"}, tables_).ok());
  const auto second = open_csv_target((folder_.path() / "out").string(), Access::write, 0);
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code(), ErrorCode::conflict);
  EXPECT_THAT(second.error().message(), HasSubstr("r1"));
}

TEST_F(FileTargetTest, ARunThatEndedWithoutPublishingIsInterruptedAndLeavesNothing) {
  load("r1", {first_books});
  ASSERT_TRUE(open(Access::write)->begin({.id = "r2"}, tables_).ok());
  fs::create_directories(folder_.path() / "out/_weir/r2/tables/book");
  fs::create_directories(folder_.path() / "out/r2");
  std::ofstream(folder_.path() / "out/r2/book.csv") << "isbn\n";
  EXPECT_EQ(open(Access::read)->runs()->back().status, flow::RunStatus::interrupted);
  EXPECT_THAT(rows("book"), SizeIs(3));

  load("r3", {{{"4", "Seas", {}, 1}}});
  EXPECT_FALSE(exists("r2"));
  EXPECT_FALSE(exists("_weir/r2"));
  EXPECT_THAT(rows("book"), SizeIs(4));
}

TEST_F(FileTargetTest, AReaderKeepsItsVersionWhileTheNextIsPublished) {
  load("r1", {first_books});
  const auto reader = open(Access::read);
  load("r2", {{{"1", "Weirs, revised", {}, 2}}});
  EXPECT_THAT(scan_rows(*reader, "book"), ElementsAre("1|Weirs|20", "2|Rivers|10", "3|Lakes|0"));
  EXPECT_THAT(rows("book"), ElementsAre("1|Weirs, revised|0", "2|Rivers|10", "3|Lakes|0"));
}

TEST_F(FileTargetTest, PromotingARunThatIsThereDoesNothing) {
  load("r1", {first_books});
  const auto target = open(Access::write);
  MemorySpool spool(tables_, folder_.path() / "spool");
  spool.add_chunk({{{"7", "Again", {}, 1}}});
  EXPECT_EQ(target->promote({&spool}, {.id = "r1"}, {})->created, 3);
  EXPECT_THAT(rows("book"), SizeIs(3));
}

TEST_F(FileTargetTest, TablesOfAnotherDeclarationAreRefused) {
  load("r1", {first_books});
  const auto target = open(Access::write);
  const auto begun = target->begin({.id = "r2"}, library_tables(WriteMode::append, true));
  ASSERT_FALSE(begun.ok());
  EXPECT_EQ(begun.error().code(), ErrorCode::declaration);
}

TEST_F(FileTargetTest, AFolderWithoutARunIsNotFound) {
  const auto target = open_csv_target((folder_.path() / "out").string(), Access::read, 0);
  ASSERT_FALSE(target.ok());
  EXPECT_EQ(target.error().code(), ErrorCode::not_found);
}

}  // namespace
}  // namespace weir::target
