// Links in SQLite: how they are kept, that those which stay are not written, what becomes of names.
#include <gtest/gtest.h>

#include "weir/db/sqlite.h"
#include "weir/target/sqlite_target.h"
#include "weir/target/target_suite_test.h"

namespace weir::target {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TableColumn column(std::string name, ColumnSource source, i32 table) {
  return {.name = std::move(name), .type = {TypeKind::int64}, .source = source, .table = table};
}

// tag(id, name); book(id, key); book_tag(book_id, tag_id), by that key; note(book_id, text),
// without.
Tables book_tables() {
  Tables tables;
  tables.entities.push_back(
      {.name = "book", .write = WriteMode::replace_record, .record_table = 1});
  tables.tables.push_back({.name = "tag",
                           .kind = TableKind::lookup,
                           .key = {1},
                           .columns = {column("id", ColumnSource::surrogate, -1),
                                       stored_column("name", TypeKind::string)}});
  tables.tables.push_back({.name = "book",
                           .kind = TableKind::record,
                           .entity = 0,
                           .key = {1},
                           .columns = {column("id", ColumnSource::surrogate, -1),
                                       stored_column("key", TypeKind::string)}});
  tables.tables.push_back({.name = "book_tag",
                           .kind = TableKind::child,
                           .entity = 0,
                           .parent = 1,
                           .key = {1},
                           .columns = {column("book_id", ColumnSource::parent_id, 1),
                                       column("tag_id", ColumnSource::lookup_ref, 0)}});
  tables.tables.push_back({.name = "note",
                           .kind = TableKind::child,
                           .entity = 0,
                           .parent = 1,
                           .columns = {column("book_id", ColumnSource::parent_id, 1),
                                       stored_column("text", TypeKind::string)}});
  return tables;
}

struct Book {
  Book(RecordSpec of, std::vector<std::string> its_tags, std::vector<std::string> its_notes)
      : record(std::move(of)), tags(std::move(its_tags)), notes(std::move(its_notes)) {}

  RecordSpec record;
  std::vector<std::string> tags;
  std::vector<std::string> notes;
};

std::vector<Parts> book_chunk(const Tables& tables, const std::vector<Book>& books) {
  std::vector<Parts> chunks(1);
  PartBuilder& part = chunks[0].emplace_back(tables);
  for (const Book& book : books) {
    const i32 record = part.record(book.record);
    if (book.record.deleted) continue;
    part.row("book", {record, book.record.key});
    for (const std::string& tag : book.tags) {
      const i32 name = part.row("tag", {tag});
      part.row("book_tag", {record, name});
    }
    for (const std::string& note : book.notes) part.row("note", {record, note});
  }
  return chunks;
}

class SqliteLinks : public TargetSuite {
 protected:
  std::string file() const { return (folder_ / GetParam().place).string(); }
  std::string query(const std::string& sql) {
    auto connection = db::Connection::open(file(), {.create = false});
    EXPECT_TRUE(connection.ok());
    auto text = connection->query_text(sql);
    EXPECT_TRUE(text.ok()) << text.error().message();
    return *text;
  }
  // Rows "book tag" in order.
  std::string links() {
    return query(
        "SELECT group_concat(line, ', ') FROM (SELECT key || ' ' || name AS line FROM book_tag "
        "JOIN book ON book.id = book_id JOIN tag ON tag.id = tag_id ORDER BY 1)");
  }
  std::string tags() {
    return query("SELECT group_concat(name, ' ') FROM (SELECT name FROM tag ORDER BY 1)");
  }
  // A run that notes each row of book_tag and note that is written or deleted.
  LinkCounts load_watched(const Tables& tables, const std::vector<Parts>& chunks) {
    {
      auto connection = db::Connection::open(file(), {.create = false});
      EXPECT_TRUE(connection->execute(
          "CREATE TABLE IF NOT EXISTS seen(what); DELETE FROM seen;"
          "CREATE TRIGGER IF NOT EXISTS a AFTER INSERT ON book_tag BEGIN INSERT INTO seen "
          "VALUES ('+tag'); END;"
          "CREATE TRIGGER IF NOT EXISTS b AFTER DELETE ON book_tag BEGIN INSERT INTO seen "
          "VALUES ('-tag'); END;"
          "CREATE TRIGGER IF NOT EXISTS c AFTER INSERT ON note BEGIN INSERT INTO seen "
          "VALUES ('+note'); END;"
          "CREATE TRIGGER IF NOT EXISTS d AFTER DELETE ON note BEGIN INSERT INTO seen "
          "VALUES ('-note'); END;"));
    }
    auto target = open_sqlite_target(file(), Access::write, 16 * MiB);
    EXPECT_TRUE(target);
    flow::RunRow run = next_run(tables);
    load_into(**target, run, tables, chunks);
    const LinkCounts counts = (*target)->links();
    run.status = flow::RunStatus::done;
    EXPECT_TRUE((*target)->finish(run));
    return counts;
  }
  std::string seen() {
    return query(
        "SELECT coalesce(group_concat(line, ', '), '') FROM (SELECT what || ' ' || count(*) AS "
        "line FROM seen GROUP BY what ORDER BY what)");
  }
};
INSTANTIATE_TEST_SUITE_P(File, SqliteLinks,
                         ::testing::Values(TargetKind{"by_chunk", "sqlite", "a.sqlite"}),
                         ::testing::PrintToStringParamName());

TEST_P(SqliteLinks, AreKeptByRecordAndKeyWithoutAnIndex) {
  const Tables tables = book_tables();
  load(tables, book_chunk(tables, {{{"a"}, {"x", "y"}, {"n"}}}));
  EXPECT_THAT(query("SELECT sql FROM sqlite_schema WHERE name = 'book_tag'"),
              HasSubstr("WITHOUT ROWID"));
  EXPECT_EQ(query("SELECT group_concat(name) FROM sqlite_schema WHERE type = 'index' AND tbl_name "
                  "IN ('book_tag', 'note')"),
            "weir_record_note");
}

TEST_P(SqliteLinks, ThatStayAreNotWritten) {
  const Tables tables = book_tables();
  load(tables, book_chunk(tables, {{{"a"}, {"x", "y"}, {"n", "n"}}, {{"b"}, {"y", "z"}, {"m"}}}));
  const LinkCounts counts = load_watched(
      tables, book_chunk(tables, {{{"a"}, {"y", "w"}, {"n"}}, {{"b"}, {"y", "z"}, {"m"}}}));
  EXPECT_EQ(links(), "a w, a y, b y, b z");
  EXPECT_EQ(seen(), "+tag 1, -note 1, -tag 1");
  EXPECT_EQ(counts.added, 1);
  EXPECT_EQ(counts.removed, 2);
  EXPECT_EQ(tags(), "w y z") << "x has no link any more";
}

TEST_P(SqliteLinks, OfADeletedRecordGoWithTheNamesThatOnlyItHad) {
  const Tables tables = book_tables();
  load(tables, book_chunk(tables, {{{"a"}, {"x", "y"}, {"n"}}, {{"b"}, {"y", "z"}, {"m"}}}));
  const LinkCounts counts = load_watched(
      tables, book_chunk(tables, {{{.key = "b", .deleted = true}, {}, {}}, {{"c"}, {"q"}, {}}}));
  EXPECT_EQ(links(), "a x, a y, c q");
  EXPECT_EQ(tags(), "q x y");
  EXPECT_EQ(counts.added, 1);
  EXPECT_EQ(counts.removed, 3);
}

TEST_P(SqliteLinks, OfARecordThatComesTwiceInOneRunAreThoseOfTheLast) {
  const Tables tables = book_tables();
  auto chunks = book_chunk(tables, {{{"a"}, {"x", "y"}, {}}});
  for (auto& chunk : book_chunk(tables, {{{"a"}, {"y", "z"}, {}}}))
    chunks.push_back(std::move(chunk));
  load(tables, chunks);
  EXPECT_EQ(links(), "a y, a z");
  EXPECT_EQ(tags(), "y z");
}

}  // namespace
}  // namespace weir::target
