#include "weir/db/sqlite.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace weir::db {
namespace {

using ::testing::HasSubstr;

class Sqlite : public ::testing::Test {
 protected:
  Sqlite() {
    std::string name = (std::filesystem::temp_directory_path() / "weir_sqlite_XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
  }
  ~Sqlite() override { std::filesystem::remove_all(folder_); }

  std::string file() const { return (folder_ / "a.sqlite").string(); }
  Connection open(SqliteOptions options = {}) {
    auto connection = Connection::open(file(), options);
    EXPECT_TRUE(connection.ok()) << connection.error().message();
    return std::move(connection).value();
  }

  std::filesystem::path folder_;
};

TEST_F(Sqlite, GivesBackWhatWasBound) {
  auto db = open();
  ASSERT_TRUE(db.execute("CREATE TABLE t(a, b, c, d, e, f)"));
  auto insert = db.prepare("INSERT INTO t VALUES (?, ?, ?, ?, ?, ?)");
  ASSERT_TRUE(insert);
  insert->bind(1, i64{-7});
  insert->bind(2, 1.5);
  insert->bind(3, "seven");
  insert->bind_blob(4, std::string_view("\0\xff", 2));
  insert->bind_null(5);
  insert->bind(6, std::string_view());
  ASSERT_TRUE(insert->run());

  auto select = db.prepare("SELECT * FROM t");
  ASSERT_TRUE(select);
  auto row = select->step();
  ASSERT_TRUE(row && *row);
  EXPECT_EQ(select->column_i64(0), -7);
  EXPECT_EQ(select->column_double(1), 1.5);
  EXPECT_EQ(select->column_text(2), "seven");
  EXPECT_EQ(select->column_blob(3), std::string_view("\0\xff", 2));
  EXPECT_TRUE(select->column_is_null(4));
  EXPECT_EQ(select->column_type(5), ValueType::text);
  row = select->step();
  EXPECT_TRUE(row && !*row);
}

TEST_F(Sqlite, AStatementRunsAgainAfterItsEnd) {
  auto db = open();
  ASSERT_TRUE(db.execute("CREATE TABLE t(a)"));
  auto insert = db.prepare("INSERT INTO t VALUES (?)");
  ASSERT_TRUE(insert);
  for (i64 i = 0; i < 3; ++i) {
    insert->bind(1, i);
    ASSERT_TRUE(insert->run());
  }
  auto sum = db.query_i64("SELECT sum(a) FROM t");
  ASSERT_TRUE(sum);
  EXPECT_EQ(*sum, 3);
  EXPECT_EQ(db.changes(), 1);
}

TEST_F(Sqlite, ATransactionThatIsNotCommittedLeavesNothing) {
  auto db = open();
  ASSERT_TRUE(db.execute("CREATE TABLE t(a)"));
  {
    auto transaction = Transaction::begin(db);
    ASSERT_TRUE(transaction);
    ASSERT_TRUE(db.execute("INSERT INTO t VALUES (1)"));
  }
  {
    auto transaction = Transaction::begin(db);
    ASSERT_TRUE(transaction);
    ASSERT_TRUE(db.execute("INSERT INTO t VALUES (2)"));
    ASSERT_TRUE(transaction->commit());
  }
  EXPECT_EQ(*db.query_text("SELECT group_concat(a) FROM t"), "2");
}

TEST_F(Sqlite, ReadingAFileThatIsNotThereIsNotFound) {
  auto db = Connection::open(file(), {.read_only = true});
  ASSERT_FALSE(db);
  EXPECT_EQ(db.error().code(), ErrorCode::not_found);
  EXPECT_THAT(db.error().message(), HasSubstr(file()));
}

TEST_F(Sqlite, AFileOfSomethingElseIsCorrupt) {
  std::ofstream(file()) << std::string(4096, 'x');
  auto db = Connection::open(file(), {});
  ASSERT_FALSE(db);
  EXPECT_EQ(db.error().code(), ErrorCode::corrupt);
  EXPECT_THAT(db.error().message(), HasSubstr("not an SQLite database"));
}

TEST_F(Sqlite, AReadOnlyConnectionRefusesToWrite) {
  ASSERT_TRUE(open().execute("CREATE TABLE t(a)"));
  auto db = open({.read_only = true});
  auto written = db.execute("INSERT INTO t VALUES (1)");
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code(), ErrorCode::io);
  EXPECT_THAT(written.error().message(), HasSubstr("may not be written"));
}

TEST_F(Sqlite, ASecondWriterIsAConflictThatNamesTheFile) {
  auto first = open();
  auto second = open({.busy_timeout_ms = 0});
  auto held = Transaction::begin(first);
  ASSERT_TRUE(held);
  auto refused = Transaction::begin(second);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), ErrorCode::conflict);
  EXPECT_THAT(refused.error().message(), HasSubstr("a.sqlite: another process holds"));
}

TEST_F(Sqlite, AFullDatabaseSaysThatTheDiskIsFull) {
  auto db = open();
  ASSERT_TRUE(db.execute("CREATE TABLE t(a); PRAGMA max_page_count = 2"));
  auto full = db.execute("INSERT INTO t VALUES (zeroblob(100000))");
  ASSERT_FALSE(full);
  EXPECT_EQ(full.error().code(), ErrorCode::io);
  EXPECT_THAT(full.error().message(), HasSubstr("the disk is full, in \"INSERT INTO t"));
}

TEST_F(Sqlite, AWrongStatementIsToldInItsOwnWords) {
  auto db = open();
  auto statement = db.prepare("SELECT x FROM missing");
  ASSERT_FALSE(statement);
  EXPECT_EQ(statement.error().code(), ErrorCode::usage);
  EXPECT_THAT(statement.error().message(), HasSubstr("no such table: missing"));
}

TEST_F(Sqlite, ABrokenConstraintNamesItsColumn) {
  auto db = open();
  ASSERT_TRUE(db.execute("CREATE TABLE t(a UNIQUE); INSERT INTO t VALUES (1)"));
  auto twice = db.execute("INSERT INTO t VALUES (1)");
  ASSERT_FALSE(twice);
  EXPECT_EQ(twice.error().code(), ErrorCode::conflict);
  EXPECT_THAT(twice.error().message(), HasSubstr("t.a"));
}

TEST(SqliteNames, AreQuotedWhateverTheyHold) {
  EXPECT_EQ(quote_name("a\"b"), "\"a\"\"b\"");
  EXPECT_EQ(quote_text("it's"), "'it''s'");
}

}  // namespace
}  // namespace weir::db
