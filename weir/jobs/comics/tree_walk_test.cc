#include "weir/jobs/comics/tree_walk.h"

#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "weir/jobs/comics/tree_testing.h"

namespace weir::comics {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class ComicTree : public TreeTest {
 protected:
  // Paths, and "!" with the paths that cannot be looked at.
  std::vector<std::string> walked(const TreeOptions& options = {}) {
    std::vector<std::string> paths;
    auto walk = TreeWalk::open(root(), options);
    EXPECT_TRUE(walk.ok()) << walk.error().message();
    TreeEntry entry;
    while (walk.ok()) {
      const auto more = walk->next(entry);
      EXPECT_TRUE(more.ok());
      if (!more.ok() || !*more) break;
      paths.push_back((entry.fault.empty() ? "" : "!") + entry.path);
    }
    return paths;
  }
};

TEST_F(ComicTree, ComesInTheOrderOfWholePaths) {
  for (const char* path : {"a b/x.cbz", "a/x.cbz", "a.cbz", "a-b/x.cbz", "a/b/x.cbz", "a/b.cbz",
                           "A/x.cbz", "a0.cbz", "\xC3\xA9/x.cbz", "z.cbz"})
    write(path);
  EXPECT_THAT(walked(), ElementsAre("A/x.cbz", "a b/x.cbz", "a-b/x.cbz", "a.cbz", "a/b.cbz",
                                    "a/b/x.cbz", "a/x.cbz", "a0.cbz", "z.cbz", "\xC3\xA9/x.cbz"));
}

TEST_F(ComicTree, TellsSizeTimeAndNumberOfEachFile) {
  write("a.cbz", "12345");
  struct stat status {};
  ASSERT_EQ(stat((root() + "/a.cbz").c_str(), &status), 0);
  auto walk = TreeWalk::open(root(), {});
  ASSERT_TRUE(walk);
  TreeEntry entry;
  ASSERT_TRUE(*walk->next(entry));
  EXPECT_EQ(entry.size, 5);
  EXPECT_EQ(entry.mtime_ns, status.st_mtim.tv_sec * 1'000'000'000 + status.st_mtim.tv_nsec);
  EXPECT_EQ(entry.inode, static_cast<i64>(status.st_ino));
  EXPECT_EQ(entry.device, static_cast<i64>(status.st_dev));
}

TEST_F(ComicTree, PassesOverHiddenNamesAndWhatIsNoComic) {
  for (const char* path : {".hidden.cbz", ".folder/a.cbz", "@eaDir/a.cbz", "#recycle/a.cbz",
                           "__MACOSX/a.cbz", "Thumbs.db", "desktop.ini", "a.txt", "b.zip"})
    write(path);
  std::filesystem::create_directory(root() + "/folder.cbz");
  ASSERT_EQ(mkfifo((root() + "/pipe.cbz").c_str(), 0600), 0);
  EXPECT_THAT(walked(), IsEmpty());
  EXPECT_THAT(walked({.all_archives = true}), ElementsAre("b.zip"));
}

TEST_F(ComicTree, FollowsLinksToFilesAndPassesOverThoseThatLeadNowhere) {
  write("a.cbz");
  link("b.cbz", root() + "/a.cbz");
  link("c.cbz", "nowhere.cbz");
  link("d.cbz", "d.cbz");
  write_elsewhere("x.cbz");
  link("e.cbz", elsewhere() + "/x.cbz");
  EXPECT_THAT(walked(), ElementsAre("a.cbz", "b.cbz", "e.cbz"));
}

TEST_F(ComicTree, FollowsAFolderElsewhereOnce) {
  write_elsewhere("in/x.cbz");
  link("first", elsewhere());
  link("second", elsewhere());
  link("third", elsewhere() + "/in");
  EXPECT_THAT(walked(), ElementsAre("first/in/x.cbz"));
}

TEST_F(ComicTree, ReadsWhatLiesInItByItsOwnPath) {
  write("z/x.cbz");
  link("a", root() + "/z");
  link("z/up", root());
  link("z/self", ".");
  write_elsewhere("y.cbz");
  link("b", elsewhere());
  std::filesystem::create_directory_symlink(root(), elsewhere() + "/back");
  EXPECT_THAT(walked(), ElementsAre("b/y.cbz", "z/x.cbz"));
}

TEST_F(ComicTree, ALinkToAFolderThatIsPassedOverIsFollowed) {
  write(".store/x.cbz");
  link("shelf", root() + "/.store");
  EXPECT_THAT(walked(), ElementsAre("shelf/x.cbz"));
}

TEST_F(ComicTree, KeepsTheBytesOfNamesThatAreNoUtf8) {
  write("\xE9/\xFF.cbz");
  auto walk = TreeWalk::open(root(), {});
  ASSERT_TRUE(walk);
  TreeEntry entry;
  ASSERT_TRUE(*walk->next(entry));
  EXPECT_EQ(entry.path, "\xEF\xBF\xBD/\xEF\xBF\xBD.cbz");
  EXPECT_EQ(entry.path_bytes, "\xE9/\xFF.cbz");
}

TEST_F(ComicTree, OfFoldersThatReadTheSameTheFirstIsTakenSoThatPathsStayInOrder) {
  write("\xE8/b.cbz");
  write("\xE9/a.cbz");
  EXPECT_THAT(walked(), ElementsAre("\xEF\xBF\xBD/b.cbz"));
}

TEST_F(ComicTree, SaysWhatCannotBeLookedAtAndGoesOn) {
  write("a/x.cbz");
  write("b/x.cbz");
  link("c.cbz", root() + "/a/x.cbz");
  while_unreadable("a", [&] { EXPECT_THAT(walked(), ElementsAre("!a/", "b/x.cbz", "!c.cbz")); });
}

TEST_F(ComicTree, ANameTooLongBehindALinkIsToldAsAFault) {
  write("a.cbz");
  link("b.cbz", std::string(300, 'x'));
  EXPECT_THAT(walked(), ElementsAre("a.cbz", "!b.cbz"));
}

TEST_F(ComicTree, FilesAndFoldersThatVanishAreLeftOut) {
  write("a.cbz");
  write("b/x.cbz");
  write("c.cbz");
  auto walk = TreeWalk::open(root(), {});
  ASSERT_TRUE(walk);
  std::filesystem::remove_all(root() + "/b");
  std::filesystem::remove(root() + "/c.cbz");
  TreeEntry entry;
  ASSERT_TRUE(*walk->next(entry));
  EXPECT_EQ(entry.path, "a.cbz");
  EXPECT_FALSE(*walk->next(entry));
}

TEST_F(ComicTree, ARootThatCannotBeReadIsAnError) {
  const auto missing = TreeWalk::open(root() + "/nowhere", {});
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code(), ErrorCode::not_found);
  write("file");
  const auto file = TreeWalk::open(root() + "/file", {});
  ASSERT_FALSE(file);
  EXPECT_EQ(file.error().code(), ErrorCode::io);
}

TEST_F(ComicTree, TellsOfEachFolderBeforeItIsRead) {
  write("a/b/x.cbz");
  std::vector<std::string> folders;
  walked({.on_folder = [&](const std::string& folder) { folders.push_back(folder); }});
  EXPECT_THAT(folders, ElementsAre(root(), root() + "/a", root() + "/a/b"));
}

RC_GTEST_FIXTURE_PROP(ComicTree, AnyTreeComesInTheOrderOfItsSortedPaths, ()) {
  constexpr int most = 15;  // names, and letters of each
  const auto letters = rc::gen::element('a', 'b', ' ', '-', '0', '/', '~', 'B');
  const auto names = *rc::gen::resize(
      most, rc::gen::container<std::vector<std::string>>(rc::gen::container<std::string>(letters)));
  std::vector<std::string> wanted;
  for (const std::string& one : names) {
    const auto path = std::filesystem::path("x" + one + "x.cbz").lexically_normal();
    std::error_code error;
    const auto file = std::filesystem::path(root()) / path;
    std::filesystem::create_directories(file.parent_path(), error);
    if (!error && !std::filesystem::exists(file)) {
      write(path);
      wanted.push_back(path);
    }
  }
  std::ranges::sort(wanted);
  RC_ASSERT(walked() == wanted);
}

}  // namespace
}  // namespace weir::comics
