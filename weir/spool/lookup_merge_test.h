// What the tests of LookupMerge share: a library of books that name publishers and imprints, and a
// merge of what they say.
#pragma once

#include <gmock/gmock.h>

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "weir/spool/lookup_merge.h"
#include "weir/spool/parts_test.h"

namespace weir::spool {

enum TestTable : i32 { publisher_table, imprint_table, book_table };

// publisher(id, name, founded: min), imprint(id, publisher_id, name, first_year: min, heir_id: the
// greatest publisher), book(isbn, imprint_id).
inline Tables library() {
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
inline std::ostream& operator<<(std::ostream& out, const Row& row) {
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

inline Cell cell(std::optional<i32> value) { return value ? Cell(*value) : Cell(nullptr); }

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

inline KnownRows known_rows(const Tables& tables, const Content& content) {
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

inline std::optional<i32> year_at(const Column& column, i64 row) {
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

}  // namespace weir::spool
