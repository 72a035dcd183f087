#include "weir/spool/history_merge.h"

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

constexpr i32 history_table = 1;

// item(code, name), seen(code, first: min, last: max).
Tables items_with_history() {
  Tables tables;
  tables.entities.push_back({.name = "item",
                             .write = WriteMode::upsert,
                             .versioned = true,
                             .record_table = 0,
                             .history_table = history_table});
  TableColumn code = test_column("code", TypeKind::string);
  tables.tables.push_back({.name = "item",
                           .entity = 0,
                           .key = {0},
                           .columns = {code, test_column("name", TypeKind::string)}});
  code.source = ColumnSource::record_key;
  code.index = 0;
  tables.tables.push_back({.name = "seen",
                           .kind = TableKind::history,
                           .entity = 0,
                           .key = {0},
                           .columns = {code, test_column("first", TypeKind::date, MergePolicy::min),
                                       test_column("last", TypeKind::date, MergePolicy::max)}});
  return tables;
}

struct Seen {
  std::string code;
  std::optional<i32> first, last;
  bool deleted = false;  // of records
  i32 input = 0;

  bool operator==(const Seen&) const = default;
};
std::ostream& operator<<(std::ostream& out, const Seen& seen) {
  return out << seen.code << ' ' << seen.first.value_or(-1) << ".." << seen.last.value_or(-1);
}

Cell cell(std::optional<i32> value) { return value ? Cell(*value) : Cell(nullptr); }

KnownRows known_rows(const Tables& tables, std::vector<Seen> known) {
  std::ranges::reverse(known);  // any order will do
  return [&tables, known](i32 table, const RowSink& sink) -> Result<void> {
    EXPECT_EQ(table, history_table);
    flow::Arena arena(16 * MiB);
    flow::BatchBuilder batch(tables.stored_schema(table), arena);
    for (const Seen& seen : known) {
      append_cell(batch.column(0), seen.code);
      append_cell(batch.column(1), cell(seen.first));
      append_cell(batch.column(2), cell(seen.last));
    }
    return sink(batch.view());
  };
}

// Merges the records of `chunks`, each of one part, dealt out to `spool_count` spools.
Result<std::vector<Seen>> merge(const std::vector<std::vector<Seen>>& chunks,
                                const std::vector<Seen>& known = {}, std::size_t spool_count = 1,
                                const std::vector<flow::InputRow>& inputs = {}) {
  const Tables tables = items_with_history();
  const TestFolder folder;
  std::vector<std::unique_ptr<TestPart>> parts;
  std::vector<std::vector<std::vector<const TestPart*>>> dealt(spool_count);
  for (std::size_t i = 0; i < chunks.size(); ++i) {
    TestPart& part = *parts.emplace_back(std::make_unique<TestPart>(tables));
    for (const Seen& seen : chunks[i]) {
      const i32 record =
          part.record({.key = seen.code, .deleted = seen.deleted, .input = seen.input});
      if (!seen.deleted) part.row("item", {record, seen.code, std::string("a name")});
      part.row("seen", {record, cell(seen.first), cell(seen.last)});
    }
    dealt[i * spool_count / chunks.size()].push_back({&part});
  }
  std::vector<std::unique_ptr<Spool>> spools;
  std::vector<Spool*> pointers;
  for (std::size_t i = 0; i < spool_count; ++i) {
    spools.push_back(make_spool(folder.path() / std::to_string(i), tables, dealt[i], inputs));
    pointers.push_back(spools.back().get());
  }
  flow::MemoryBudget budget(3 * MiB);  // little more than a sort has to have
  WEIR_ASSIGN(const auto merged,
              HistoryMerge::merge(pointers, history_table, known_rows(tables, known), budget));
  EXPECT_EQ(budget.used_bytes(), 0);

  std::vector<Seen> rows;
  flow::Arena arena(MiB);
  WEIR_TRY(merged->rows(arena, [&](const Batch& batch) {
    const auto date_at = [&](std::size_t column, i64 row) {
      const Column& dates = batch.columns[column];
      return dates.is_null(row) ? std::optional<i32>() : dates.at<i32>(row);
    };
    for (i64 row = 0; row < batch.rows; ++row)
      rows.push_back({.code = std::string(batch.columns[0].text_at(row)),
                      .first = date_at(1, row),
                      .last = date_at(2, row)});
    return Result<void>();
  }));
  return rows;
}

TEST(HistoryMerge, EveryKeyHasTheLeastAndTheGreatestOfAllItsRecords) {
  const auto rows =
      merge({{{.code = "b", .first = 5, .last = 5}, {.code = "a", .first = 3, .last = 3}},
             {{.code = "b", .first = 2, .last = 2}, {.code = "a"}}});
  ASSERT_TRUE(rows.ok());
  EXPECT_THAT(*rows, ElementsAre(Seen{.code = "a", .first = 3, .last = 3},
                                 Seen{.code = "b", .first = 2, .last = 5}));
}

TEST(HistoryMerge, ADeletedRecordHasARowByItsKey) {
  const auto rows = merge({{{.code = "gone", .last = 7, .deleted = true}}});
  ASSERT_TRUE(rows.ok());
  EXPECT_THAT(*rows, ElementsAre(Seen{.code = "gone", .last = 7}));
}

TEST(HistoryMerge, RowsOfTheTargetStayAndTakePart) {
  const auto rows = merge({{{.code = "b", .first = 5, .last = 5}}},
                          {{.code = "a", .first = 1}, {.code = "b", .first = 4, .last = 9}});
  ASSERT_TRUE(rows.ok());
  EXPECT_THAT(*rows,
              ElementsAre(Seen{.code = "a", .first = 1}, Seen{.code = "b", .first = 4, .last = 9}));
}

TEST(HistoryMerge, WhatAFailedInputHasLeftIsNotThere) {
  const auto rows = merge({{{.code = "a", .first = 5},
                            {.code = "a", .first = 1, .input = 1},
                            {.code = "b", .first = 1, .input = 1}}},
                          {}, 1, {{.number = 1, .status = flow::InputStatus::failed}});
  ASSERT_TRUE(rows.ok());
  EXPECT_THAT(*rows, ElementsAre(Seen{.code = "a", .first = 5}));
}

TEST(HistoryMerge, TwoRowsOfTheTargetWithOneKeyAreDamage) {
  const auto rows = merge({}, {{.code = "a"}, {.code = "a"}});
  ASSERT_FALSE(rows.ok());
  EXPECT_EQ(rows.error().code(), ErrorCode::corrupt);
  EXPECT_THAT(rows.error().message(), HasSubstr("table seen"));
}

std::vector<Seen> naive(const std::vector<Seen>& all) {
  std::map<std::string, Seen> rows;
  for (const Seen& seen : all) {
    Seen& row = rows[seen.code];
    row.code = seen.code;
    if (seen.first && (!row.first || *seen.first < *row.first)) row.first = seen.first;
    if (seen.last && (!row.last || *seen.last > *row.last)) row.last = seen.last;
  }
  std::vector<Seen> sorted;
  for (const auto& [code, row] : rows) sorted.push_back(row);
  return sorted;
}

TEST(HistoryMerge, AnyChunkingGivesWhatAMapGives) {
  std::mt19937_64 random(5);
  const auto below = [&](u64 count) { return static_cast<i32>(random() % count); };
  const auto date = [&] { return below(3) == 0 ? std::optional<i32>() : below(40'000) - 20'000; };
  for (const i32 keys : {7, 30'000}) {
    std::vector<Seen> records;
    for (int i = 0; i < 20'000; ++i)
      records.push_back(
          {.code = std::string(40, 'k') + std::to_string(below(static_cast<u64>(keys))),
           .first = date(),
           .last = date(),
           .deleted = below(4) == 0});
    const auto known = naive({records.begin(), records.begin() + 500});
    for (const std::size_t chunk_records : {std::size_t{777}, std::size_t{5'000}}) {
      std::vector<std::vector<Seen>> chunks;
      for (std::size_t at = 500; at < records.size(); at += chunk_records)
        chunks.emplace_back(records.begin() + static_cast<std::ptrdiff_t>(at),
                            records.begin() + static_cast<std::ptrdiff_t>(
                                                  std::min(at + chunk_records, records.size())));
      const auto rows = merge(chunks, known, 1 + chunk_records % 3);
      ASSERT_TRUE(rows.ok()) << rows.error().message();
      EXPECT_EQ(*rows, naive(records));
    }
  }
}

}  // namespace
}  // namespace weir::spool
