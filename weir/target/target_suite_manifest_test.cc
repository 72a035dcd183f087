// What a target keeps of its runs, and how runs meet: the manifest, locks, interrupted runs.
#include <unistd.h>

#include "weir/target/target_suite_test.h"

namespace weir::target {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using Row = std::vector<std::string>;

TEST_P(TargetSuite, ARunIsKeptAsItWasTold) {
  const Tables tables = item_tables(WriteMode::replace_record);
  load(tables, item_chunks(tables, {{{"a"}, 1, {}}}));
  load(tables, item_chunks(tables, {{{"a"}, 2, {}}, {{"b"}, 2, {}}}));
  const auto runs = open(Access::read)->runs();
  ASSERT_TRUE(runs);
  ASSERT_EQ(runs->size(), 2);
  const flow::RunRow& run = runs->back();
  EXPECT_EQ(run.id, "20260314T102202-00000002");
  EXPECT_EQ(run.command_line, "weir run items.toml");
  EXPECT_EQ(run.version, "0.1.0");
  EXPECT_EQ(run.declaration_hash, "00112233445566778899aabbccddeeff");
  EXPECT_EQ(run.status, flow::RunStatus::done);
  EXPECT_EQ(run.finished_us - run.started_us, 1'000'000);
  EXPECT_EQ(run.counts.created, 1);
  EXPECT_EQ(run.counts.updated, 1);
  const auto kept = tables_from_json(run.tables);
  ASSERT_TRUE(kept);
  EXPECT_EQ(*kept, tables);
}

TEST_P(TargetSuite, InputsAreKeptAsTheyStoodAtTheEnd) {
  const Tables tables = item_tables(WriteMode::append);
  load(tables, item_chunks(tables, {{{"a"}, 1, {}}, {{"b"}, 2, {}}}, 1));
  auto target = open(Access::read);
  const auto inputs = target->inputs("20260314T102201-00000001");
  ASSERT_TRUE(inputs);
  ASSERT_EQ(inputs->size(), 1);
  const flow::InputRow& input = inputs->front();
  EXPECT_EQ(input.source, "feed");
  EXPECT_EQ(input.location, "data/items.xml");
  EXPECT_EQ(input.size, 4711);
  EXPECT_EQ(input.mtime_us, 1'700'000'000'000'000);
  EXPECT_EQ(input.records, 20);
  EXPECT_EQ(input.status, flow::InputStatus::loaded);
  const auto nothing = target->inputs("another run");
  ASSERT_TRUE(nothing);
  EXPECT_THAT(*nothing, IsEmpty());
}

TEST_P(TargetSuite, RejectsAreKeptWithTheirPlaceAndBytes) {
  const Tables tables = item_tables(WriteMode::append);
  auto chunks = item_chunks(tables, {{{"a"}, 1, {}}});
  const std::string raw("<item>\0\xff</item>", 15);
  chunks[0][0].reject(7, "k7", "coerce", raw);
  const auto counts = load(tables, chunks);
  EXPECT_EQ(counts.rejected, 1);
  std::vector<flow::RejectRow> rejects;
  const auto read_all = open(Access::read)->rejects([&](const auto& reject) -> Result<void> {
    rejects.push_back(reject);
    return {};
  });
  ASSERT_TRUE(read_all);
  ASSERT_EQ(rejects.size(), 1);
  EXPECT_EQ(rejects[0].run, "20260314T102201-00000001");
  EXPECT_EQ(rejects[0].location, "data/items.xml");
  EXPECT_EQ(rejects[0].row, 7);
  EXPECT_EQ(rejects[0].offset, 700);
  EXPECT_EQ(rejects[0].key, "k7");
  EXPECT_EQ(rejects[0].reason, "coerce");
  EXPECT_EQ(rejects[0].detail, "coerce it is");
  EXPECT_EQ(rejects[0].raw, raw);
}

TEST_P(TargetSuite, APermanentDeleteTakesTheRejectsOfItsKey) {
  Tables tables = item_tables(WriteMode::replace_record);
  tables.entities[0].deletes = Deletes::permanent;
  const auto keys_of_rejects = [&] {
    std::vector<std::string> keys;
    EXPECT_TRUE(open(Access::read)->rejects([&](const auto& reject) -> Result<void> {
      keys.push_back(reject.key);
      return {};
    }));
    return keys;
  };
  auto deletes = item_chunks(tables, {{{"gone", 0, true}, 0, {}}, {{"here"}, 1, {}}});
  deletes[0][0].reject(3, "gone", "coerce", "<item>1</item>");
  deletes[0][0].reject(4, "here", "coerce", "<item>2</item>");
  load(tables, deletes);
  EXPECT_THAT(keys_of_rejects(), ElementsAre("here"));

  auto later = item_chunks(tables, {{{"new"}, 1, {}}});
  later[0][0].reject(5, "gone", "coerce", "<item>3</item>");
  later[0][0].reject(6, "other", "coerce", "<item>4</item>");
  load(tables, later);
  EXPECT_THAT(keys_of_rejects(), ElementsAre("other"));
}

TEST_P(TargetSuite, WhatIsLoadedIsKnownByDeclaration) {
  const Tables tables = item_tables(WriteMode::append);
  load(tables, item_chunks(tables, {{{"a"}, 1, {}}}));
  auto target = open(Access::write);
  const auto loaded = target->loaded("00112233445566778899aabbccddeeff");
  ASSERT_TRUE(loaded);
  ASSERT_EQ(loaded->size(), 1);
  EXPECT_EQ(loaded->front().location, "data/items.xml");
  EXPECT_EQ(loaded->front().status, flow::InputStatus::loaded);
  const auto other = target->loaded("ffffffffffffffffffffffffffffffff");
  ASSERT_TRUE(other);
  EXPECT_THAT(*other, IsEmpty());
}

TEST_P(TargetSuite, ASecondWriterIsRefusedAndToldOfTheFirst) {
  const Tables tables = item_tables(WriteMode::append);
  auto first = open(Access::write);
  const flow::RunRow run = next_run(tables);
  ASSERT_TRUE(first->begin(run, tables));
  const auto second = open_target(url(), Access::write);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code(), ErrorCode::conflict);
  EXPECT_THAT(second.error().message(), HasSubstr(std::to_string(::getpid())));
  EXPECT_THAT(second.error().message(), HasSubstr(run.id));
  first.reset();
  EXPECT_TRUE(open_target(url(), Access::write));
}

TEST_P(TargetSuite, ReadingWhereNothingIsIsNotFound) {
  const auto target = open_target(url(), Access::read);
  ASSERT_FALSE(target);
  EXPECT_EQ(target.error().code(), ErrorCode::not_found);
}

TEST_P(TargetSuite, ARunWithoutEndIsInterrupted) {
  const Tables tables = item_tables(WriteMode::replace_record);
  load(tables, item_chunks(tables, {{{"a"}, 1, {}}}));
  ASSERT_TRUE(open(Access::write)->begin(next_run(tables), tables));
  load(tables, item_chunks(tables, {{{"b"}, 2, {}}}));
  const auto runs = open(Access::read)->runs();
  ASSERT_TRUE(runs);
  // A target that commits by run may keep nothing of a run that never ended.
  for (const flow::RunRow& run : *runs)
    EXPECT_EQ(run.status, run.id == "20260314T102202-00000002" ? flow::RunStatus::interrupted
                                                               : flow::RunStatus::done);
  EXPECT_THAT(read("item"), ElementsAre(Row{"a", "1"}, Row{"b", "2"}));
}

TEST_P(TargetSuite, AChunkThatWasNotEndedLeavesNothing) {
  const Tables tables = item_tables(WriteMode::replace_record);
  load(tables, item_chunks(tables, {{{"a"}, 1, {"x"}}}));
  {
    auto target = open(Access::write);
    if (target->commit_by() == CommitBy::run) return;
    ASSERT_TRUE(target->begin(next_run(tables), tables));
    const auto chunks = item_chunks(tables, {{{"a"}, 2, {"y"}}, {{"b"}, 2, {"z"}}});
    ASSERT_TRUE(target->apply(chunks[0][0].batches()));
  }
  EXPECT_THAT(read("item"), ElementsAre(Row{"a", "1"}));
  EXPECT_THAT(read("item_part"), ElementsAre(Row{"a", "x"}));
}

}  // namespace
}  // namespace weir::target
