#include "weir/jobs/comics/moves.h"

#include <gmock/gmock.h>

#include "weir/jobs/comics/changes_testing.h"
#include "weir/jobs/comics/import_feed.h"

namespace weir::comics {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class Moves : public ChangesTest {
 protected:
  // Another file with the same bytes and name, as a copy to another disk makes it.
  void copy(const std::string& from, const std::string& to) {
    const std::filesystem::path target = root() + "/" + to;
    std::filesystem::create_directories(target.parent_path());
    std::filesystem::copy_file(root() + "/" + from, target);
    std::filesystem::last_write_time(target, std::filesystem::last_write_time(root() + "/" + from));
  }
};

TEST_F(Moves, AComicInAnotherFolderKeepsItsIdAndIsNotReadAgain) {
  write("a/x.cbz");
  store();
  const i64 id = id_of("a/x.cbz");
  move("a/x.cbz", "b/x.cbz");
  find();
  const auto moves = moved();
  ASSERT_THAT(moves, SizeIs(1));
  EXPECT_EQ(moves[0].comic, id);
  EXPECT_EQ(moves[0].created_at, "before");
  EXPECT_FALSE(moves[0].is_read_again);
  EXPECT_EQ(id_of("b/x.cbz"), id);
  EXPECT_EQ(number("SELECT count(*) FROM comic c JOIN folder f ON f.id = c.folder_id "
                   "WHERE f.path = 'b' AND c.updated_at = 'later'"),
            1);
  EXPECT_THAT(gone(), IsEmpty());
  EXPECT_EQ(find().counts.unchanged, 1);
}

TEST_F(Moves, AFolderTakesAllItsComicsAlong) {
  for (const char* path : {"a/x.cbz", "a/b/y.cbz", "a/b/z.cbz", "c.cbz"}) write(path, path);
  store();
  std::filesystem::rename(root() + "/a", root() + "/d");
  find();
  EXPECT_THAT(moved(), SizeIs(3));
  EXPECT_THAT(gone(), IsEmpty());
  EXPECT_EQ(find().counts.unchanged, 4);
}

TEST_F(Moves, ACopyInPlaceOfTheOriginalIsKnownByItsFingerprint) {
  write("a/x.cbz", "some bytes");
  write("a/y.cbz", "of another");
  store();
  const i64 id = id_of("a/x.cbz");
  copy("a/x.cbz", "b/x.cbz");
  remove("a/x.cbz");
  find();
  ASSERT_THAT(moved(), SizeIs(1));
  EXPECT_EQ(id_of("b/x.cbz"), id);
}

TEST_F(Moves, WhatIsNotUniqueOnBothSidesIsNoMove) {
  write("a/x.cbz", "same");
  write("a/y.cbz", "same");
  store();
  copy("a/x.cbz", "b/x.cbz");
  copy("a/y.cbz", "b/y.cbz");
  remove("a/x.cbz");
  remove("a/y.cbz");
  find();
  EXPECT_THAT(moved(), IsEmpty());
  EXPECT_THAT(gone(), ElementsAre("a/x.cbz", "a/y.cbz"));
}

TEST_F(Moves, TwoNamesOfOneFileAreNotUnique) {
  write("a/x.cbz");
  store();
  move("a/x.cbz", "b/x.cbz");
  std::filesystem::create_hard_link(root() + "/b/x.cbz", root() + "/c.cbz");
  find();
  EXPECT_THAT(moved(), IsEmpty());
}

TEST_F(Moves, ANumberThatTheSystemGaveAgainIsNoMoveWhenTheSizeDiffers) {
  write("a/x.cbz", "1");
  write("b/x.cbz", "22");
  store();
  run("DELETE FROM comic WHERE path = 'b/x.cbz'");
  run(fmt::format("UPDATE comic SET inode = {}", [&] {
    find();
    EXPECT_TRUE(changes().rewind());
    Change change;
    EXPECT_TRUE(*changes().next(change));
    return change.file.inode;
  }()));
  remove("a/x.cbz");
  find();
  EXPECT_THAT(moved(), IsEmpty());
}

TEST_F(Moves, SwappedNamesAreTwoModifiedComics) {
  write("a.cbz", "1");
  write("b.cbz", "22");
  store();
  move("a.cbz", "c.cbz");
  move("b.cbz", "a.cbz");
  move("c.cbz", "b.cbz");
  EXPECT_EQ(find().counts.modified, 2);
  EXPECT_THAT(moved(), IsEmpty());
}

TEST_F(Moves, ATakenTargetIsNoMove) {
  write("a.cbz", "1");
  write("b.cbz", "22");
  store();
  move("a.cbz", "b.cbz");
  find();
  EXPECT_THAT(moved(), IsEmpty());
  EXPECT_THAT(gone(), ElementsAre("a.cbz"));
  EXPECT_THAT(listed(), ElementsAre("b.cbz*"));
}

TEST_F(Moves, AnotherNameOrTimeIsReadAgain) {
  write("a/x.cbz", "1");
  write("a/y.cbz", "22");
  store();
  move("a/x.cbz", "a/z.cbz");
  move("a/y.cbz", "b/y.cbz");
  touch("b/y.cbz");
  find();
  const auto moves = moved();
  ASSERT_THAT(moves, SizeIs(2));
  EXPECT_TRUE(moves[0].is_read_again);
  EXPECT_TRUE(moves[1].is_read_again);
}

TEST_F(Moves, WhatIsToBeReadAgainIsReadByTheNextRunIfThisOneIsKilled) {
  write("x #1.cbz");
  store();
  const i64 id = id_of("x #1.cbz");
  move("x #1.cbz", "x #2.cbz");
  find();
  ASSERT_THAT(moved(), SizeIs(1));
  EXPECT_EQ(find().counts.modified, 1);
  move("x #2.cbz", "x #3.cbz");
  find();
  const auto moves = moved();
  ASSERT_THAT(moves, SizeIs(1));
  EXPECT_EQ(moves[0].comic, id);
  EXPECT_TRUE(moves[0].is_read_again);
}

TEST_F(Moves, AFailureAtTheNewPathIsForgotten) {
  write("a/x.cbz", "good");
  store();
  write("b/x.cbz", "b");
  fail("b/x.cbz");
  move("a/x.cbz", "b/x.cbz");
  find();
  ASSERT_THAT(moved(), SizeIs(1));
  EXPECT_EQ(failures(), 0);
}

TEST_F(Moves, NoComicGoesFromOneLibraryToAnother) {
  write("a.cbz");
  store();
  run("UPDATE comic SET library_id = 77");
  find();
  run("INSERT INTO temp.weir_gone SELECT id, library_id FROM comic");
  EXPECT_THAT(moved(), IsEmpty());
}

TEST_F(Moves, TheFeedLeavesOutWhatMovedUnlessItIsReadAgain) {
  for (const char* path : {"a/w.cbz", "a/x.cbz", "a/y.cbz"}) write(path, path);
  store();
  move("a/w.cbz", "b/w.cbz");
  move("a/x.cbz", "b/z.cbz");
  touch("a/y.cbz");
  write("b/a.cbz", "new");
  find();
  auto feed = ImportFeed::open(changes(), moved(),
                               {.roots = {{.library = library(), .root = root()}}, .time = "now"});
  ASSERT_TRUE(feed);
  std::vector<std::string> files;
  for (i32 wanted = 0;; ++wanted) {
    const auto number = (*feed)->next();
    ASSERT_TRUE(number);
    if (*number < 0) break;
    EXPECT_EQ(*number, wanted);
    files.push_back((*feed)->at(*number).input.file.lexically_relative(root()));
  }
  EXPECT_THAT(files, ElementsAre("a/y.cbz", "b/a.cbz", "b/z.cbz"));
  (*feed)->release(1);
  EXPECT_EQ((*feed)->at(2).row.number, 2);
}

}  // namespace
}  // namespace weir::comics
