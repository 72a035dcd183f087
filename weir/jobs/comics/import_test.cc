#include "weir/jobs/comics/import.h"

#include "weir/jobs/comics/tree_testing.h"

namespace weir::comics {
namespace {

// The end of a directory without entries: a comic without pages.
constexpr std::string_view empty_zip("PK\5\6\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 22);

class Import : public TreeTest {
 protected:
  Import() {
    write("a/x.cbz", empty_zip);
    write("b/y.cbz", empty_zip);
  }

  // `at_b` is called when folder a has been looked at and folder b has not.
  RunCounts import(const std::function<void()>& at_b = {}, bool force = false) {
    const auto report = import_comics({.roots = {root()},
                                       .db = file(),
                                       .command_line = "a test",
                                       .memory_bytes = GiB,
                                       .threads = 2,
                                       .force = force,
                                       .on_folder = [&](const std::string& folder) {
                                         if (at_b && folder == root() + "/b") at_b();
                                       }});
    EXPECT_TRUE(report.ok()) << report.error().message();
    return report.ok() ? report->runs.at(0).counts : RunCounts();
  }
  i64 number(const std::string& sql) {
    auto opened = db::Connection::open(file(), {.read_only = true});
    EXPECT_TRUE(opened);
    return *opened->query_i64(sql);
  }
  std::string file() const { return elsewhere() + "/comics.db"; }
};

TEST_F(Import, AFileThatVanishesBeforeItIsReadHasNotFailed) {
  const RunCounts counts = import([&] { remove("a/x.cbz"); });
  EXPECT_EQ(counts.created, 1);
  EXPECT_EQ(counts.failed, 0);
  EXPECT_EQ(number("SELECT count(*) FROM failed_import"), 0);
  EXPECT_EQ(number("SELECT count(*) FROM folder WHERE path = 'a'"), 0);
}

TEST_F(Import, AChangedComicThatVanishesStaysUntilTheNextRunHasLooked) {
  import();
  write("a/x.cbz", std::string("changed") + std::string(empty_zip));
  const RunCounts counts = import([&] { remove("a/x.cbz"); });
  EXPECT_EQ(counts.deleted, 0);
  EXPECT_EQ(number("SELECT count(*) FROM comic"), 2);
  EXPECT_EQ(import().deleted, 1);
  EXPECT_EQ(number("SELECT count(*) FROM comic"), 1);
}

TEST_F(Import, ADiskThatGoesAwayWhileItIsReadTakesNoComicAlong) {
  import();
  const std::string away = elsewhere() + "/away";
  const RunCounts counts = import(
      [&] {
        std::filesystem::rename(root(), away);
        std::filesystem::create_directory(root());
      },
      true);
  EXPECT_EQ(counts.deleted, 0);
  EXPECT_EQ(counts.failed, 0);
  EXPECT_EQ(number("SELECT count(*) FROM comic"), 2);
  EXPECT_EQ(number("SELECT count(*) FROM failed_import"), 0);
  std::filesystem::remove(root());
  std::filesystem::rename(away, root());
  EXPECT_EQ(import().unchanged, 2);
}

TEST_F(Import, AFileThatIsReplacedWhileTheRunGoesOnIsReadByTheNextOne) {
  import([&] { write("a/x.cbz", "no archive, and longer than the other one");
});
EXPECT_EQ(number("SELECT count(*) FROM failed_import"), 1);
write("a/x.cbz", empty_zip);
EXPECT_EQ(import().created, 1);
EXPECT_EQ(number("SELECT count(*) FROM failed_import"), 0);
}  // namespace

}  // namespace weir::comics
}  // namespace weir::comics
