#include "weir/spool/lookup_merge.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <map>
#include <optional>
#include <random>

#include "weir/spool/parts_test.h"

namespace weir::spool {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

enum TestTable : i32 { publisher_table, imprint_table, book_table };

// publisher(id, name, founded: min), imprint(id, publisher_id, name, first_year: min, heir_id: the
// greatest publisher), book(isbn, imprint_id).
Tables library() {
  const auto link = [](std::string name, i32 table, MergePolicy policy = MergePolicy::none) {
    return TableColumn{.name = std::move(name),
                       .type = {TypeKind::int64},
                       .source = ColumnSource::lookup_ref,
                       .table = table,
                       .policy = policy};
  };
  const TableColumn id{
      .name = "id", .type = {TypeKind::int64}, .source = ColumnSource::surrogate, .required = true};
  Tables tables;
  tables.entities.push_back({.name = "book", .write = WriteMode::upsert, .record_table = 2});
  tables.tables.push_back({.name = "publisher",
                           .kind = TableKind::lookup,
                           .key = {1},
                           .columns = {id, test_column("name", TypeKind::string),
                                       test_column("founded", TypeKind::int32, MergePolicy::min)}});
  tables.tables.push_back(
      {.name = "imprint",
       .kind = TableKind::lookup,
       .key = {1, 2},
       .columns = {id, link("publisher_id", publisher_table), test_column("name", TypeKind::string),
                   test_column("first_year", TypeKind::int32, MergePolicy::min),
                   link("heir_id", publisher_table, MergePolicy::max)}});
  tables.tables.push_back(
      {.name = "book",
       .entity = 0,
       .key = {0},
       .columns = {test_column("isbn", TypeKind::string), link("imprint_id", imprint_table)}});
  return tables;
}

// A row of either lookup, with names in place of ids; "-" is null.
struct Row {
  i64 id = 0;
  std::string name;
  std::optional<i32> year;
  std::string publisher;
  std::string heir;

  bool operator==(const Row&) const = default;
};
std::ostream& operator<<(std::ostream& out, const Row& row) {
  return out << row.id << ' ' << row.publisher << '/' << row.name << ' ' << row.year.value_or(-1)
             << ' ' << row.heir;
}

// What a book says of the lookups; "-" for no publisher.
struct Book {
  std::string publisher, imprint;
  std::optional<i32> founded, first_year;
  std::string heir;
  i32 input = 0;
};

Cell cell(std::optional<i32> value) { return value ? Cell(*value) : Cell(nullptr); }

// A part as extraction makes it: equal rows of a lookup stand once.
class Library {
 public:
  explicit Library(const Tables& tables) : part(tables) {}

  void add(const Book& book) {
    const Cell publisher = publisher_row(book.publisher, book.founded);
    const Cell heir = publisher_row(book.heir, {});
    const Cell imprint =
        intern("imprint", {publisher, book.imprint, cell(book.first_year), heir}, imprints);
    const i32 record = part.record({.key = "k", .input = book.input});
    part.row("book", {record, std::string("k"), imprint});
  }

  TestPart part;
  std::vector<std::vector<Cell>> publishers, imprints;  // the rows

 private:
  Cell publisher_row(const std::string& name, std::optional<i32> founded) {
    return name == "-" ? Cell(nullptr) : intern("publisher", {name, cell(founded)}, publishers);
  }
  Cell intern(std::string_view table, const std::vector<Cell>& row,
              std::vector<std::vector<Cell>>& rows) {
    const auto found = std::ranges::find(rows, row);
    if (found != rows.end()) return static_cast<i32>(found - rows.begin());
    rows.push_back(row);
    return part.row(table, row);
  }
};

struct Content {
  std::vector<Row> publishers, imprints;
  bool operator==(const Content&) const = default;
};

KnownRows known_rows(const Tables& tables, const Content& content) {
  return [&tables, content](i32 table, const RowSink& sink) -> Result<void> {
    if (table == book_table) return {};
    flow::Arena arena(MiB);
    flow::BatchBuilder batch(tables.stored_schema(table), arena);
    const auto id_of = [&](const std::string& name) {
      const auto found = std::ranges::find(content.publishers, name, &Row::name);
      return found == content.publishers.end() ? Cell(nullptr) : Cell(found->id);
    };
    // Any order will do: the last one comes first.
    auto rows = table == publisher_table ? content.publishers : content.imprints;
    std::ranges::reverse(rows);
    for (const Row& row : rows) {
      std::vector<Cell> cells{row.id, row.name, cell(row.year)};
      if (table == imprint_table)
        cells = {row.id, id_of(row.publisher), row.name, cell(row.year), id_of(row.heir)};
      for (std::size_t i = 0; i < cells.size(); ++i)
        append_cell(batch.column(static_cast<i64>(i)), cells[i]);
    }
    return sink(batch.view());
  };
}

std::optional<i32> year_at(const Column& column, i64 row) {
  return column.is_null(row) ? std::optional<i32>() : column.at<i32>(row);
}

// A merge and all that it needs.
class Merged {
 public:
  // `chunks`: the books of each part of each chunk; the chunks are dealt out to `spool_count`.
  Merged(const std::vector<std::vector<std::vector<Book>>>& chunks, const Content& known = {},
         std::vector<i64> last_ids = {0, 0, 0}, std::size_t spool_count = 1,
         const std::vector<flow::InputRow>& inputs = {}) {
    std::vector<std::vector<std::vector<const TestPart*>>> dealt(spool_count);
    parts.resize(spool_count);
    for (std::size_t i = 0; i < chunks.size(); ++i) {
      const std::size_t spool = i * spool_count / chunks.size();
      auto& chunk = parts[spool].emplace_back();
      dealt[spool].emplace_back();
      for (const std::vector<Book>& books : chunks[i]) {
        chunk.push_back(std::make_unique<Library>(tables));
        for (const Book& book : books) chunk.back()->add(book);
        dealt[spool].back().push_back(&chunk.back()->part);
      }
    }
    std::vector<Spool*> pointers;
    for (std::size_t i = 0; i < spool_count; ++i) {
      spools.push_back(make_spool(folder.path() / std::to_string(i), tables, dealt[i], inputs));
      pointers.push_back(spools.back().get());
    }
    result = LookupMerge::merge(pointers, known_rows(tables, known), last_ids, budget);
    EXPECT_EQ(budget.used_bytes(), 0);
  }

  LookupMerge& merge() { return **result; }

  Content content(const std::function<bool(i32 table, i64 id)>& is_used = {}) {
    Content content;
    std::map<i64, std::string> names;  // of publishers that go, too: links name them
    read(
        publisher_table, [](i64) { return true; },
        [&](const Batch& rows, i64 row) {
          names[rows.columns[0].at<i64>(row)] = rows.columns[1].text_at(row);
        });
    const auto name_at = [&](const Column& ids, i64 row) {
      return ids.is_null(row) ? "-" : names.at(ids.at<i64>(row));
    };
    const auto used = [&](i32 table) {
      return [&is_used, table](i64 id) { return !is_used || is_used(table, id); };
    };
    read(publisher_table, used(publisher_table), [&](const Batch& rows, i64 row) {
      content.publishers.push_back({.id = rows.columns[0].at<i64>(row),
                                    .name = std::string(rows.columns[1].text_at(row)),
                                    .year = year_at(rows.columns[2], row)});
    });
    read(imprint_table, used(imprint_table), [&](const Batch& rows, i64 row) {
      content.imprints.push_back({.id = rows.columns[0].at<i64>(row),
                                  .name = std::string(rows.columns[2].text_at(row)),
                                  .year = year_at(rows.columns[3], row),
                                  .publisher = name_at(rows.columns[1], row),
                                  .heir = name_at(rows.columns[4], row)});
    });
    return content;
  }

  // Every row of every part has the id of the row with its key.
  void expect_ids_of_keys(const Content& content) {
    LookupIdReader reader(merge(), arena);
    for (std::size_t s = 0; s < parts.size(); ++s)
      for (std::size_t c = 0; c < parts[s].size(); ++c)
        for (std::size_t p = 0; p < parts[s][c].size(); ++p) {
          auto ids = reader.read(static_cast<i64>(s), static_cast<i64>(c), static_cast<i64>(p));
          ASSERT_TRUE(ids.ok());
          expect_part_ids(*parts[s][c][p], *ids, content);
        }
  }

  const Tables tables = library();
  const TestFolder folder;
  std::vector<std::vector<std::vector<std::unique_ptr<Library>>>> parts;  // by spool and chunk
  std::vector<std::unique_ptr<Spool>> spools;
  flow::MemoryBudget budget{5 * MiB};  // each sort gets little more than it has to
  flow::Arena arena{4 * MiB};
  Result<std::unique_ptr<LookupMerge>> result = Error(ErrorCode::usage, "");

 private:
  void read(i32 table, const std::function<bool(i64)>& is_used,
            const std::function<void(const Batch&, i64)>& take) {
    ASSERT_TRUE(merge()
                    .rows(table, is_used, arena,
                          [&](const Batch& rows) {
                            for (i64 row = 0; row < rows.rows; ++row) take(rows, row);
                            return Result<void>();
                          })
                    .ok());
  }

  static void expect_part_ids(const Library& part, const LookupIds& ids, const Content& content) {
    EXPECT_EQ(ids[book_table].size(), 0u);
    ASSERT_EQ(ids[publisher_table].size(), part.publishers.size());
    ASSERT_EQ(ids[imprint_table].size(), part.imprints.size());
    const auto publisher_name = [&](const Cell& row) -> std::string {
      if (std::holds_alternative<std::nullptr_t>(row)) return "-";
      return std::get<std::string>(
          part.publishers[static_cast<std::size_t>(std::get<i32>(row))][0]);
    };
    for (std::size_t i = 0; i < part.publishers.size(); ++i) {
      const auto row = std::ranges::find(content.publishers, ids[publisher_table][i], &Row::id);
      ASSERT_NE(row, content.publishers.end());
      EXPECT_EQ(row->name, std::get<std::string>(part.publishers[i][0]));
    }
    for (std::size_t i = 0; i < part.imprints.size(); ++i) {
      const auto row = std::ranges::find(content.imprints, ids[imprint_table][i], &Row::id);
      ASSERT_NE(row, content.imprints.end());
      EXPECT_EQ(row->name, std::get<std::string>(part.imprints[i][1]));
      EXPECT_EQ(row->publisher, publisher_name(part.imprints[i][0]));
    }
  }
};

TEST(LookupMerge, NewRowsAreNumberedInTheOrderOfTheirKeys) {
  Merged merged({{{{.publisher = "b", .imprint = "x", .heir = "-"}}},
                 {{{.publisher = "a", .imprint = "y", .heir = "c"}}}});
  const Content content = merged.content();
  EXPECT_THAT(content.publishers, ElementsAre(Row{.id = 1, .name = "a"}, Row{.id = 2, .name = "b"},
                                              Row{.id = 3, .name = "c"}));
  EXPECT_THAT(content.imprints,
              ElementsAre(Row{.id = 1, .name = "y", .publisher = "a", .heir = "c"},
                          Row{.id = 2, .name = "x", .publisher = "b", .heir = "-"}));
  EXPECT_THAT(merged.merge().last_ids(), ElementsAre(3, 2, 0));
  merged.expect_ids_of_keys(content);
}

TEST(LookupMerge, AKnownRowKeepsItsIdAndNewOnesFollowTheLast) {
  const Content known{.publishers = {{.id = 7, .name = "b", .year = 1900}}, .imprints = {}};
  Merged merged({{{{.publisher = "a", .imprint = "x", .founded = 5, .heir = "b"}}}}, known,
                {9, 0, 0});
  EXPECT_THAT(merged.content().publishers, ElementsAre(Row{.id = 10, .name = "a", .year = 5},
                                                       Row{.id = 7, .name = "b", .year = 1900}));
  EXPECT_EQ(merged.merge().last_ids()[publisher_table], 10);
}

TEST(LookupMerge, PoliciesTakeTheLeastOrGreatestAndNullNeverWins) {
  const Content known{.publishers = {{.id = 1, .name = "zz"}},
                      .imprints = {{.id = 1, .name = "x", .publisher = "-", .heir = "zz"}}};
  Merged merged({{{{.publisher = "-", .imprint = "x", .first_year = 1950, .heir = "-"},
                   {.publisher = "-", .imprint = "x", .first_year = 1930, .heir = "b"}}},
                 {{{.publisher = "-", .imprint = "x", .heir = "a"}}}},
                known, {1, 1, 0});
  // zz has the least id of all publishers, and the greatest key.
  EXPECT_THAT(merged.content().imprints,
              ElementsAre(Row{.id = 1, .name = "x", .year = 1930, .publisher = "-", .heir = "zz"}));
}

TEST(LookupMerge, RowsThatNothingUsesAreLeftOutUnlessTheTableKeepsThem) {
  Merged merged({{{{.publisher = "a", .imprint = "x", .heir = "b"}}}});
  const auto none = [](i32, i64) { return false; };
  EXPECT_TRUE(merged.content(none).publishers.empty());
  const auto second = [](i32, i64 id) { return id == 2; };
  EXPECT_THAT(merged.content(second).publishers, ElementsAre(Row{.id = 2, .name = "b"}));

  Tables keeping = library();
  keeping.tables[publisher_table].keep = true;
  Library part(keeping);
  part.add({.publisher = "a", .imprint = "x", .heir = "-"});
  const TestFolder folder;
  const auto spool = make_spool(folder.path() / "s", keeping, {{&part.part}});
  flow::MemoryBudget budget(16 * MiB);
  const std::vector<i64> last_ids(3);
  auto kept = LookupMerge::merge({spool.get()}, {}, last_ids, budget);
  ASSERT_TRUE(kept.ok());
  flow::Arena arena(MiB);
  i64 rows = 0;
  const auto count = [&](const Batch& batch) {
    rows += batch.rows;
    return Result<void>();
  };
  const auto unused = [](i64) { return false; };
  ASSERT_TRUE((*kept)->rows(publisher_table, unused, arena, count).ok());
  EXPECT_EQ(rows, 1);
}

TEST(LookupMerge, WhatOnlyAFailedInputHasUsedIsNotThere) {
  const flow::InputRow failed{.number = 1, .status = flow::InputStatus::failed};
  Merged merged({{{{.publisher = "b", .imprint = "y", .heir = "c", .input = 1},
                   {.publisher = "a", .imprint = "x", .founded = 1950, .heir = "-"},
                   {.publisher = "a", .imprint = "x", .founded = 1900, .heir = "-", .input = 1}}}},
                {}, {0, 0, 0}, 1, {failed});
  EXPECT_THAT(merged.content().publishers, ElementsAre(Row{.id = 1, .name = "a", .year = 1950}));
  EXPECT_EQ(merged.content().imprints.size(), 1u);
  LookupIdReader reader(merged.merge(), merged.arena);
  const LookupIds ids = *reader.read(0, 0, 0);
  EXPECT_THAT(ids[publisher_table], ElementsAre(0, 0, 1, 0));
  EXPECT_THAT(ids[imprint_table], ElementsAre(0, 1, 0));
}

TEST(LookupMerge, RefusesATargetWhoseRowsDoNotFitTogether) {
  const std::vector<std::vector<std::vector<Book>>> none;
  const Row a{.id = 1, .name = "a"}, again{.id = 2, .name = "a"};
  Merged twice(none, {.publishers = {a, again}, .imprints = {}}, {2, 0, 0});
  ASSERT_FALSE(twice.result.ok());
  EXPECT_EQ(twice.result.error().code(), ErrorCode::corrupt);
  EXPECT_THAT(twice.result.error().message(), HasSubstr("table publisher"));

  Merged beyond(none, {.publishers = {again}, .imprints = {}}, {1, 0, 0});
  ASSERT_FALSE(beyond.result.ok());
  EXPECT_THAT(beyond.result.error().message(), HasSubstr("id 2"));

  const auto dangling = [](i32 table, const RowSink& sink) -> Result<void> {
    if (table != imprint_table) return {};
    const Tables tables = library();
    flow::Arena arena(MiB);
    flow::BatchBuilder batch(tables.stored_schema(table), arena);
    const std::vector<Cell> cells{i64{1}, i64{5}, std::string("x"), nullptr, nullptr};
    for (std::size_t i = 0; i < cells.size(); ++i)
      append_cell(batch.column(static_cast<i64>(i)), cells[i]);
    return sink(batch.view());
  };
  const TestFolder folder;
  const auto spool = make_spool(folder.path() / "s", library(), {});
  flow::MemoryBudget budget(16 * MiB);
  const std::vector<i64> last_ids{0, 1, 0};
  const auto merged = LookupMerge::merge({spool.get()}, dangling, last_ids, budget);
  ASSERT_FALSE(merged.ok());
  EXPECT_THAT(merged.error().message(), HasSubstr("id 5 of table publisher"));
}

TEST(LookupMerge, SaysWhenTheMemoryIsTooSmall) {
  const TestFolder folder;
  const auto spool = make_spool(folder.path() / "s", library(), {});
  flow::MemoryBudget budget(MiB);
  const std::vector<i64> last_ids(3);
  const auto merged = LookupMerge::merge({spool.get()}, {}, last_ids, budget);
  ASSERT_FALSE(merged.ok());
  EXPECT_EQ(merged.error().code(), ErrorCode::budget);
}

class RandomBooks {
 public:
  explicit RandomBooks(u64 seed) : random_(seed) {}

  i32 below(i32 count) { return static_cast<i32>(random_() % static_cast<u64>(count)); }
  std::vector<Book> books(i32 count, i32 names) {
    std::vector<Book> books;
    for (i32 i = 0; i < count; ++i)
      books.push_back({.publisher = name(names),
                       .imprint = "i" + std::to_string(below(3)),
                       .founded = year(),
                       .first_year = year(),
                       .heir = name(names)});
    return books;
  }
  // Cut into chunks and parts at random.
  std::vector<std::vector<std::vector<Book>>> chunks(const std::vector<Book>& books, i32 longest) {
    std::vector<std::vector<std::vector<Book>>> chunks;
    for (std::size_t at = 0; at < books.size();) {
      const std::size_t count =
          std::min(static_cast<std::size_t>(below(longest)), books.size() - at);
      if (chunks.empty() || below(5) == 0) chunks.emplace_back();
      const auto from = books.begin() + static_cast<std::ptrdiff_t>(at);
      chunks.back().emplace_back(from, from + static_cast<std::ptrdiff_t>(count));
      at += count;
    }
    return chunks;
  }

 private:
  std::string name(i32 names) { return below(8) == 0 ? "-" : "p" + std::to_string(below(names)); }
  std::optional<i32> year() { return below(3) == 0 ? std::optional<i32>() : 1900 + below(100); }

  std::mt19937_64 random_;
};

void take_least(std::optional<i32>& held, std::optional<i32> value) {
  if (value && (!held || *value < *held)) held = value;
}

// The same by maps, without ids.
Content naive(const std::vector<Book>& books) {
  std::map<std::string, Row> publishers;
  std::map<std::pair<std::string, std::string>, Row> imprints;
  for (const Book& book : books) {
    for (const auto& name : {book.publisher, book.heir})
      if (name != "-") publishers[name].name = name;
    if (book.publisher != "-") take_least(publishers[book.publisher].year, book.founded);
    // "-" stands before all names, as null does before all keys.
    Row& imprint = imprints[{book.publisher, book.imprint}];
    imprint.name = book.imprint;
    imprint.publisher = book.publisher;
    take_least(imprint.year, book.first_year);
    imprint.heir = std::max({imprint.heir, book.heir, std::string("-")});
  }
  Content content;
  for (const auto& [key, row] : publishers) content.publishers.push_back(row);
  for (const auto& [key, row] : imprints) content.imprints.push_back(row);
  return content;
}

Content without_ids(Content content) {
  for (Row& row : content.publishers) row.id = 0;
  for (Row& row : content.imprints) row.id = 0;
  return content;
}

TEST(LookupMerge, AnyChunkingGivesWhatMapsGiveAndTheSameIds) {
  RandomBooks random(11);
  for (int round = 0; round < 4; ++round) {
    const auto books = random.books(60, 2 + 7 * round);
    Merged whole({{books}});
    const Content content = whole.content();
    EXPECT_EQ(without_ids(content), naive(books));
    for (const i32 longest : {3, 20}) {
      Merged cut(random.chunks(books, longest), {}, {0, 0, 0},
                 1 + static_cast<std::size_t>(round % 3));
      EXPECT_EQ(cut.content(), content);
      cut.expect_ids_of_keys(content);
    }
  }
}

TEST(LookupMerge, TwoRunsGiveWhatOneGivesAndKeepTheIdsOfTheFirst) {
  RandomBooks random(12);
  for (int round = 0; round < 4; ++round) {
    auto books = random.books(30, 9);
    Merged first(random.chunks(books, 8));
    const Content before = first.content();
    const auto more = random.books(30, 12);
    Merged second(random.chunks(more, 8), before, first.merge().last_ids());
    const Content after = second.content();
    books.insert(books.end(), more.begin(), more.end());
    EXPECT_EQ(without_ids(after), naive(books));
    second.expect_ids_of_keys(after);
    for (const Row& row : before.publishers)
      EXPECT_EQ(std::ranges::find(after.publishers, row.name, &Row::name)->id, row.id);
  }
}

TEST(LookupMerge, MoreRowsThanFitIntoMemoryGiveTheSame) {
  RandomBooks random(13);
  auto books = random.books(20'000, 20'000);
  for (std::size_t i = 0; i < books.size(); ++i)
    books[i].imprint = std::string(60, 'i') + std::to_string(i % 7'000);
  std::vector<std::vector<std::vector<Book>>> chunks;
  for (std::size_t at = 0; at < books.size(); at += 500)
    chunks.push_back({{books.begin() + static_cast<std::ptrdiff_t>(at),
                       books.begin() + static_cast<std::ptrdiff_t>(at + 500)}});
  Merged merged(chunks);
  ASSERT_TRUE(merged.result.ok());
  EXPECT_EQ(without_ids(merged.content()), naive(books));
}

}  // namespace
}  // namespace weir::spool
