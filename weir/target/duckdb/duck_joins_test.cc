// Rows of keys are found and removed, whatever share of the keys is joined at once.
#include "weir/target/duckdb/duck_joins.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "weir/target/file_testing.h"

namespace weir::target {
namespace {

using ::testing::ElementsAre;

// A count that makes many shares of few keys.
constexpr i64 many = 100'000'000;

class DuckJoins : public testing::Test {
 protected:
  DuckJoins() {
    auto opened = DuckConnection::open(folder_.path() / "x.duckdb", {.memory_bytes = 256 * MiB});
    EXPECT_TRUE(opened.ok()) << opened.error().message();
    db_ = *std::move(opened);
    schema_ = std::make_unique<DuckSchema>(*db_, "main");
    execute(
        "CREATE TABLE db.t AS SELECT CASE WHEN i = 7 THEN NULL ELSE i % 10 END AS a, "
        "'k' || (i % 7) AS b, i FROM range(1000) AS r(i)");
    execute("CREATE TEMP TABLE keys (k0 BIGINT, k1 VARCHAR)");
    execute("INSERT INTO keys VALUES (1, 'k1'), (NULL, 'k0'), (3, 'k3'), (3, 'k3'), (99, 'k1')");
  }

  void execute(const std::string& sql) {
    const auto done = db_->execute(sql);
    ASSERT_TRUE(done.ok()) << done.error().message();
  }
  i64 number(const std::string& sql) {
    const auto found = db_->query_number(sql);
    EXPECT_TRUE(found.ok()) << found.error().message();
    return *found;
  }
  KeyTable keys(i64 count) const { return {"temp.keys", {"k0", "k1"}, count}; }

  static constexpr std::string_view matching =
      "(a IS NOT DISTINCT FROM 1 AND b = 'k1') OR (a IS NULL AND b = 'k0') OR (a = 3 AND b = 'k3')";
  const std::vector<std::string> columns_ = {"a", "b"};
  TemporaryFolder folder_;
  std::unique_ptr<DuckConnection> db_;
  std::unique_ptr<DuckSchema> schema_;
};

TEST_F(DuckJoins, EachMatchingRowIsGivenOnce) {
  const i64 expected = number(fmt::format("SELECT count(*) FROM db.t WHERE {}", matching));
  ASSERT_GT(expected, 20);
  for (const i64 count : {i64{5}, many}) {
    execute("CREATE OR REPLACE TEMP TABLE found (i BIGINT)");
    const auto queries = matching_rows(*schema_, "t", "i", columns_, keys(count));
    EXPECT_EQ(queries.size() > 1, count == many);
    for (const std::string& query : queries) execute("INSERT INTO found " + query);
    EXPECT_EQ(number("SELECT count(*) FROM found"), expected);
    EXPECT_EQ(number("SELECT count(DISTINCT i) FROM found"), expected);
  }
}

TEST_F(DuckJoins, RemovedRowsGoWhetherTheyAreFewOrMany) {
  const i64 expected = number(fmt::format("SELECT count(*) FROM db.t WHERE {}", matching));
  for (const i64 count : {i64{5}, many})
    for (const double share : {0.01, 0.9}) {
      execute("BEGIN");
      const auto removed = RowRemoval(*schema_).matching("t", columns_, keys(count), share);
      ASSERT_TRUE(removed.ok()) << removed.error().message();
      EXPECT_EQ(*removed, expected);
      EXPECT_EQ(number("SELECT count(*) FROM db.t"), 1000 - expected);
      EXPECT_EQ(number(fmt::format("SELECT count(*) FROM db.t WHERE {}", matching)), 0);
      execute("INSERT INTO db.t VALUES (1, 'new', 1)");
      execute("ROLLBACK");
    }
  EXPECT_EQ(number("SELECT count(*) FROM db.t"), 1000);
}

TEST_F(DuckJoins, AllRowsGoAndAnIndexStays) {
  execute("CREATE INDEX by_i ON db.t(i)");
  ASSERT_TRUE(RowRemoval(*schema_).all("t"));
  EXPECT_EQ(number("SELECT count(*) FROM db.t"), 0);
  EXPECT_EQ(number("SELECT count(*) FROM duckdb_indexes()"), 1);
  execute("DROP INDEX db.by_i");
  execute("INSERT INTO db.t VALUES (1, 'new', 1)");
  ASSERT_TRUE(RowRemoval(*schema_).all("t"));
  EXPECT_EQ(number("SELECT count(*) FROM db.t"), 0);
}

TEST_F(DuckJoins, WithoutKeysNothingGoes) {
  const auto removed = RowRemoval(*schema_).matching("t", columns_, keys(0), 0);
  ASSERT_TRUE(removed.ok());
  EXPECT_EQ(*removed, 0);
}

}  // namespace
}  // namespace weir::target
