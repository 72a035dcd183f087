// Claims of lookup_merge.h: ids, policies, what is left out, what is refused.
#include "weir/spool/lookup_merge_test.h"

namespace weir::spool {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

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

}  // namespace
}  // namespace weir::spool
