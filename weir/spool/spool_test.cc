#include "weir/spool/spool.h"

#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "weir/spool/parts_test.h"

namespace weir::spool {
namespace {

using ::testing::HasSubstr;

Tables item_tables() {
  Tables tables;
  tables.entities.push_back({.name = "item", .record_table = 0});
  tables.tables.push_back(
      {.name = "item", .entity = 0, .key = {0}, .columns = {test_column("id", TypeKind::string)}});
  return tables;
}

TestPart item_part(const Tables& tables, i64 rows) {
  TestPart part(tables);
  for (i64 i = 0; i < rows; ++i) {
    const i32 record = part.record({.key = std::to_string(i), .row = i});
    part.row("item", {record, std::to_string(i)});
  }
  part.reject(rows, "raw");
  return part;
}

const SpoolIdentity identity{.run_id = "20261121T040735-9f3a01c2",
                             .declaration_hash = "d",
                             .inputs_hash = "i",
                             .part = 2,
                             .parts = 3,
                             .tables = item_tables()};

TEST(Spool, WhatWasRecordedIsThereWhenItIsOpenedAgain) {
  const TestFolder folder;
  const auto dir = folder.path() / "spool";
  const TestPart part = item_part(identity.tables, 5);
  {
    auto spool = Spool::create(dir, identity).value();
    auto writer = spool->write_chunk(3).value();
    ASSERT_TRUE(writer->add(part.batches()).ok());
    ASSERT_TRUE(writer->add(part.batches()).ok());
    const auto sealed = writer->seal();
    ASSERT_TRUE(sealed.ok());
    const flow::ChunkRow chunk{.number = 3,
                               .first_input = 1,
                               .first_record = 2,
                               .last_input = 4,
                               .last_record = 5,
                               .rows = 10,
                               .seconds = 0.5};
    ASSERT_TRUE(spool
                    ->record(*sealed, chunk,
                             {{.number = 4,
                               .source = "s",
                               .location = "a.zip!/b.xml",
                               .size = 6,
                               .mtime_us = 7,
                               .hash = "h",
                               .records = 8,
                               .rejected = 9,
                               .error = "e",
                               .status = flow::InputStatus::failed}})
                    .ok());
    EXPECT_FALSE(spool->is_complete());
    ASSERT_TRUE(spool->complete().ok());
  }
  auto spool = Spool::open(dir).value();
  EXPECT_TRUE(spool->is_complete());
  EXPECT_EQ(spool->identity().run_id, identity.run_id);
  EXPECT_EQ(spool->identity().part, 2);
  EXPECT_EQ(spool->identity().parts, 3);
  EXPECT_EQ(spool->identity().tables, identity.tables);
  ASSERT_EQ(spool->chunks().size(), 1);
  EXPECT_EQ(spool->chunks()[0].records, 10);
  EXPECT_EQ(spool->chunks()[0].rejects, 2);
  const auto chunks = spool->chunk_rows().value();
  EXPECT_EQ(chunks[0].last_record, 5);
  EXPECT_EQ(chunks[0].run, identity.run_id);
  const auto inputs = spool->inputs().value();
  EXPECT_EQ(inputs[0].location, "a.zip!/b.xml");
  EXPECT_EQ(inputs[0].status, flow::InputStatus::failed);
  flow::Arena arena(MiB);
  auto reader = spool->read(spool->chunks()[0], arena).value();
  EXPECT_EQ(reader->table(1, 0)->columns[1].text_at(4), "4");
}

TEST(Spool, AnInputIsKeptAsItStandsAfterTheNewestChunk) {
  const TestFolder folder;
  const auto spool =
      make_spool(folder.path(), identity.tables, {{}}, {{.number = 1, .records = 3}});
  auto writer = spool->write_chunk(1).value();
  ASSERT_TRUE(spool->record(*writer->seal(), {.number = 1}, {{.number = 1, .records = 8}}).ok());
  EXPECT_EQ(spool->inputs()->at(0).records, 8);
}

TEST(Spool, ASecondHolderIsToldOfTheFirst) {
  const TestFolder folder;
  const auto spool = Spool::create(folder.path(), identity).value();
  for (const bool create : {false, true}) {
    const auto second =
        create ? Spool::create(folder.path(), identity) : Spool::open(folder.path());
    ASSERT_FALSE(second.ok());
    EXPECT_EQ(second.error().code(), ErrorCode::conflict);
    EXPECT_THAT(second.error().message(), HasSubstr("process " + std::to_string(::getpid())));
  }
}

TEST(Spool, WhereNoneIsNothingIsOpened) {
  const TestFolder folder;
  const auto opened = Spool::open(folder.path() / "none");
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error().code(), ErrorCode::not_found);
}

TEST(Spool, ALedgerThatIsNoneIsCorrupt) {
  const TestFolder folder;
  { Spool::create(folder.path(), identity).value(); }
  std::ofstream(folder.path() / "ledger.db") << std::string(5000, 'x');
  const auto opened = Spool::open(folder.path());
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error().code(), ErrorCode::corrupt);
}

TEST(Spool, WhatAKillLeftBehindIsRemoved) {
  const TestFolder folder;
  { make_spool(folder.path(), identity.tables, {{}}); }
  // Sealed but not recorded, not sealed, and a scratch file that was not unlinked yet.
  for (const char* name : {"chunk-000001.weir", "chunk-000002.weir.part", "scratch-abc123"})
    std::ofstream(folder.path() / name) << "left";
  std::ofstream(folder.path() / "notes.txt") << "somebody's own";
  const auto spool = Spool::open(folder.path()).value();
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path()))
    if (!entry.path().filename().string().starts_with("ledger"))
      names.push_back(entry.path().filename());
  EXPECT_THAT(names, ::testing::UnorderedElementsAre("chunk-000000.weir", "lock", "notes.txt"));
}

TEST(Spool, ANewOneTakesThePlaceOfAStaleOne) {
  const TestFolder folder;
  { make_spool(folder.path(), identity.tables, {{}, {}}); }
  auto spool = Spool::create(folder.path(), identity).value();
  EXPECT_TRUE(spool->chunks().empty());
  spool.reset();
  EXPECT_TRUE(Spool::open(folder.path()).value()->chunks().empty());
}

TEST(Spool, RemoveTakesTheFolderAway) {
  const TestFolder folder;
  const auto spool = make_spool(folder.path() / "spool", identity.tables, {{}});
  ASSERT_TRUE(spool->remove().ok());
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "spool"));
}

// A process that ends at once, as by SIGKILL, after its second chunk was sealed but not recorded.
TEST(Spool, AKilledProcessLeavesTheChunksThatItRecorded) {
  const TestFolder folder;
  const auto dir = folder.path() / "spool";
  const pid_t child = ::fork();
  if (child == 0) {
    const auto spool = make_spool(dir, identity.tables, {{}});
    auto writer = spool->write_chunk(1).value();
    const bool sealed = writer->seal().ok();
    ::_exit(sealed ? 0 : 1);
  }
  int status = 1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_EQ(status, 0);
  EXPECT_TRUE(std::filesystem::exists(dir / "chunk-000001.weir"));
  const auto spool = Spool::open(dir).value();
  ASSERT_EQ(spool->chunks().size(), 1);
  EXPECT_FALSE(std::filesystem::exists(dir / "chunk-000001.weir"));
}

}  // namespace
}  // namespace weir::spool
