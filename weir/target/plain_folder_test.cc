#include "weir/target/plain_folder.h"

#include <gmock/gmock.h>

#include <cstdlib>
#include <fstream>

#include "weir/target/file_testing.h"
#include "weir/target/file_output.h"

namespace weir::target {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class PlainFolderTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string made = (fs::path(testing::TempDir()) / "weir_plain_folder_XXXXXX").string();
    ASSERT_NE(::mkdtemp(made.data()), nullptr);
    root_ = made;
  }
  void TearDown() override { fs::remove_all(root_); }

  static void write(const fs::path& file, const std::string& text) { std::ofstream(file) << text; }
  static std::string read(const fs::path& file) { return read_file(file).value(); }
  void put(const std::string& run, const std::string& text) {
    auto folder = PlainFolder::open(folder_());
    ASSERT_TRUE(folder.ok()) << folder.error().message();
    const auto made = folder->begin();
    ASSERT_TRUE(made.ok());
    write(*made / "a.csv", text);
    const auto published = folder->publish(run);
    ASSERT_TRUE(published.ok()) << published.error().message();
  }
  fs::path folder_() const { return root_ / "out"; }

  fs::path root_;
};

TEST_F(PlainFolderTest, IsReplacedAsAWhole) {
  put("run1", "one");
  write(folder_() / "b.csv", "stays not");
  put("run2", "two");
  EXPECT_EQ(read(folder_() / "a.csv"), "two");
  EXPECT_FALSE(fs::exists(folder_() / "b.csv"));
  EXPECT_EQ(PlainFolder::open(folder_())->run(), "run2");
  EXPECT_EQ(std::distance(fs::directory_iterator(root_), fs::directory_iterator()), 1);
}

TEST_F(PlainFolderTest, StaysAsItIsUntilTheNewOneIsPublished) {
  put("run1", "one");
  auto folder = PlainFolder::open(folder_());
  ASSERT_TRUE(folder.ok());
  write(*folder->begin() / "a.csv", "two");
  EXPECT_EQ(read(folder_() / "a.csv"), "one");
  EXPECT_EQ(PlainFolder::open(folder_().string() + "/")->run(), "run1");
  EXPECT_FALSE(fs::exists(root_ / "out.weir-new"));
}

TEST_F(PlainFolderTest, OfAProcessKilledBetweenTwoRenamesTheOldOneComesBack) {
  put("run1", "one");
  fs::rename(folder_(), root_ / "out.weir-old");
  EXPECT_EQ(PlainFolder::open(folder_())->run(), "run1");
  EXPECT_EQ(read(folder_() / "a.csv"), "one");
}

TEST_F(PlainFolderTest, WithFilesOfOthersIsRefused) {
  fs::create_directory(folder_());
  EXPECT_TRUE(PlainFolder::open(folder_()).ok());
  write(folder_() / "mine.txt", "x");
  const auto refused = PlainFolder::open(folder_());
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code(), ErrorCode::conflict);
  EXPECT_THAT(refused.error().message(), HasSubstr("out: it is no folder that an export wrote"));
  EXPECT_EQ(read(folder_() / "mine.txt"), "x");
}

}  // namespace
}  // namespace weir::target
