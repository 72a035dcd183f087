#include "weir/jobs/comics/changes.h"

#include <gmock/gmock.h>

#include "weir/jobs/comics/changes_testing.h"

namespace weir::comics {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class Changes : public ChangesTest {};

TEST_F(Changes, NewPathsAreCreatedAndTheirFoldersMade) {
  write("b.cbz");
  write("a/c/x.cbz");
  EXPECT_EQ(find().counts.created, 2);
  EXPECT_THAT(listed(), ElementsAre("a/c/x.cbz", "b.cbz"));
  EXPECT_EQ(number("SELECT count(*) FROM folder"), 3);
  EXPECT_EQ(number("SELECT count(*) FROM folder f JOIN folder p ON p.id = f.parent_id "
                   "WHERE f.path = 'a/c' AND f.name = 'c' AND p.path = 'a'"),
            1);
}

TEST_F(Changes, WhatIsAsItWasIsNotRead) {
  write("a.cbz");
  write("a/b.cbz");
  store();
  const auto found = find();
  EXPECT_EQ(found.counts.unchanged, 2);
  EXPECT_EQ(found.files, 2);
  EXPECT_THAT(listed(), IsEmpty());
  EXPECT_THAT(gone(), IsEmpty());
}

TEST_F(Changes, AnotherSizeOrTimeIsModifiedAndKeepsWhenItWasCreated) {
  write("a.cbz", "1");
  write("b.cbz");
  store();
  write("a.cbz", "22");
  touch("b.cbz");
  EXPECT_EQ(find().counts.modified, 2);
  EXPECT_THAT(listed(), ElementsAre("a.cbz*", "b.cbz*"));
  EXPECT_TRUE(changes().rewind());
  Change change;
  ASSERT_TRUE(*changes().next(change));
  EXPECT_EQ(change.comic, id_of("a.cbz"));
  EXPECT_EQ(change.created_at, "before");
}

TEST_F(Changes, APathWithoutAFileIsGone) {
  for (const char* path : {"a.cbz", "b/x.cbz", "c.cbz", "z.cbz"}) write(path);
  store();
  for (const char* path : {"a.cbz", "b/x.cbz", "z.cbz"}) remove(path);
  EXPECT_EQ(find().gone, 3);
  EXPECT_THAT(gone(), ElementsAre("a.cbz", "b/x.cbz", "z.cbz"));
}

TEST_F(Changes, ForceReadsEverything) {
  write("a.cbz");
  store();
  EXPECT_EQ(find({.force = true}).counts.modified, 1);
}

TEST_F(Changes, WhatWasStoredByItsNameIsReadByARunThatOpensFiles) {
  write("a.cbz");
  store(false);
  EXPECT_EQ(find({.names_only = true}).counts.unchanged, 1);
  EXPECT_EQ(find().counts.modified, 1);
}

TEST_F(Changes, AFailedFileIsTriedAgainWhenItChangedOrByForce) {
  write("a.cbz");
  fail("a.cbz");
  EXPECT_EQ(find().counts.unchanged, 1);
  EXPECT_EQ(find({.force = true}).counts.created, 1);
  touch("a.cbz");
  EXPECT_EQ(find().counts.created, 1);
  EXPECT_EQ(failures(), 1);  // until it is read
}

TEST_F(Changes, AFailedFileThatIsGoneIsForgotten) {
  write("a.cbz");
  write("b.cbz");
  fail("a.cbz");
  remove("a.cbz");
  EXPECT_EQ(failures(), 1);
  find();
  EXPECT_EQ(failures(), 0);
}

TEST_F(Changes, AComicThatFailedIsGoneThoughTheRunWasKilledBeforeItWentAndThoughNothingChanged) {
  write("a.cbz");
  store();
  fail("a.cbz");
  EXPECT_THAT((find(), gone()), ElementsAre("a.cbz"));
  touch("a.cbz");
  fail("a.cbz");
  EXPECT_THAT((find(), gone()), ElementsAre("a.cbz"));
  EXPECT_THAT(listed(), IsEmpty());
}

TEST_F(Changes, WhatIsBeingWrittenIsLeftForLater) {
  write("old.cbz");
  write("stored.cbz");
  store();
  constexpr i64 hour_ns = i64{3600} * 1'000'000'000;
  for (const char* path : {"new.cbz", "stored.cbz"}) {
    write(path, "more");
    std::filesystem::last_write_time(root() + "/" + path,
                                     std::filesystem::file_time_type::clock::now());
  }
  const auto found = find({.settle_ns = hour_ns});
  EXPECT_EQ(found.unsettled, 2);
  EXPECT_EQ(found.counts.unchanged, 2);
  EXPECT_THAT(listed(), IsEmpty());
  EXPECT_THAT(gone(), IsEmpty());
}

TEST_F(Changes, BelowAFolderThatCannotBeReadNothingIsKnown) {
  for (const char* path : {"a.cbz", "b/x.cbz", "b/y.cbz", "c.cbz"}) write(path);
  store();
  remove("c.cbz");
  while_unreadable("b", [&] {
    EXPECT_EQ(find().counts.unchanged, 3);
    EXPECT_THAT(gone(), ElementsAre("c.cbz"));
  });
}

TEST_F(Changes, AFileOfWhichNothingIsToldStaysAsItIsStored) {
  write("a.cbz");
  write("b.cbz");
  store();
  remove("b.cbz");
  link("b.cbz", std::string(300, 'x'));  // no name may be so long
  EXPECT_EQ(find().counts.unchanged, 2);
  EXPECT_THAT(gone(), IsEmpty());
}

TEST_F(Changes, LibrariesKnowNothingOfOneAnother) {
  write("a.cbz");
  store();
  run("UPDATE comic SET library_id = 77");
  EXPECT_EQ(find().counts.created, 1);
  EXPECT_THAT(gone(), IsEmpty());
}

TEST_F(Changes, EmptyFoldersGoWithTheirParents) {
  write("a/b/c/x.cbz");
  write("a b/x.cbz");
  store();
  EXPECT_EQ(number("SELECT count(*) FROM folder"), 5);
  run("DELETE FROM comic WHERE path = 'a/b/c/x.cbz'");
  ASSERT_TRUE(remove_empty_folders(db()));
  EXPECT_EQ(number("SELECT count(*) FROM folder"), 2);
  EXPECT_EQ(number("SELECT count(*) FROM folder WHERE path IN ('', 'a b')"), 2);
}

TEST_F(Changes, TablesOfSomebodyElseAreRefused) {
  auto other = db::Connection::open(":memory:", {});
  ASSERT_TRUE(other);
  ASSERT_TRUE(other->execute("CREATE TABLE folder(id)"));
  const auto made = make_library_tables(*other);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code(), ErrorCode::conflict);
}

}  // namespace
}  // namespace weir::comics
