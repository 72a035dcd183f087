#include "weir/jobs/comics/tree_watch.h"

#include <thread>

#include "weir/jobs/comics/tree_testing.h"

namespace weir::comics {
namespace {

using std::chrono::milliseconds;
using Event = TreeWatch::Event;

class WatchedTree : public TreeTest {
 protected:
  WatchedTree() : watch_(*TreeWatch::open(root() + "/comics.db")) { watch_.add(root()); }
  // What has come so far.
  Event event() { return watch_.wait(milliseconds(0), {}); }

  TreeWatch watch_;
};

constexpr milliseconds long_enough(60'000);

TEST_F(WatchedTree, TellsOfComicsAndFoldersThatComeChangeAndGo) {
  EXPECT_EQ(event(), Event::timeout);
  write("a.cbz");
  EXPECT_EQ(watch_.wait(long_enough, {}), Event::changed);
  EXPECT_EQ(event(), Event::timeout);
  write("a.cbz", "more");
  EXPECT_EQ(event(), Event::changed);
  move("a.cbz", "b.cbz");
  EXPECT_EQ(event(), Event::changed);
  remove("b.cbz");
  EXPECT_EQ(event(), Event::changed);
  std::filesystem::create_directory(root() + "/folder");
  EXPECT_EQ(event(), Event::changed);
  std::filesystem::rename(root(), elsewhere() + "/root");
  EXPECT_EQ(event(), Event::changed);
}

TEST_F(WatchedTree, AFolderIsWatchedOnceItIsAdded) {
  write("folder/a.cbz");
  EXPECT_EQ(event(), Event::changed);
  write("folder/a.cbz", "more");
  EXPECT_EQ(event(), Event::timeout);
  watch_.add(root() + "/folder");
  watch_.add(root() + "/nowhere");
  write("folder/a.cbz", "still more");
  EXPECT_EQ(event(), Event::changed);
}

TEST_F(WatchedTree, DoesNotWakeForTheLibraryItselfOrForHiddenNames) {
  for (const char* name : {"comics.db", "comics.db-journal", "comics.db-wal", ".a.cbz.x7Gh"}) {
    write(name);
    remove(name);
  }
  EXPECT_EQ(event(), Event::timeout);
}

TEST_F(WatchedTree, WhatIsWrittenToOtherFilesDoesNotCountButANewNameMayBeALink) {
  write("import.log");
  EXPECT_EQ(event(), Event::changed);
  write("import.log", "a line");
  EXPECT_EQ(event(), Event::timeout);
  link("shelf", elsewhere());
  EXPECT_EQ(event(), Event::changed);
}

TEST_F(WatchedTree, AStopEndsTheWait) {
  std::stop_source source;
  std::jthread stopper([&] { source.request_stop(); });
  EXPECT_EQ(watch_.wait(long_enough, source.get_token()), Event::stopped);
}

TEST_F(WatchedTree, MayBeAskedToWaitForYears) {
  write("a.cbz");
  EXPECT_EQ(watch_.wait(milliseconds(i64{1} << 50), {}), Event::changed);
}

}  // namespace
}  // namespace weir::comics
