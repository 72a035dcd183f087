#include "weir/store/location.h"

#include <gtest/gtest.h>

#include "weir/store/internal/archive_testing.h"

namespace weir::store {
namespace {

// Works in a folder until its end.
class WorkingFolder {
 public:
  explicit WorkingFolder(const std::filesystem::path& folder)
      : before_(std::filesystem::current_path()) {
    std::filesystem::current_path(folder);
  }
  ~WorkingFolder() { std::filesystem::current_path(before_); }
  WorkingFolder(const WorkingFolder&) = delete;
  WorkingFolder& operator=(const WorkingFolder&) = delete;

 private:
  std::filesystem::path before_;
};

std::string absolute(const std::string& path) {
  auto made = absolute_path(path);
  EXPECT_TRUE(made.ok()) << made.error().message();
  return made.ok() ? *made : "";
}

TEST(AbsolutePath, IsWithoutDotsAndDoubledSlashes) {
  EXPECT_EQ(absolute("/"), "/");
  EXPECT_EQ(absolute("//a/./b//c/"), "/a/b/c");
  EXPECT_EQ(absolute("/a/../../b"), "/b");
  EXPECT_EQ(absolute("/.."), "/");
}

TEST(AbsolutePath, BeginsInTheWorkingFolder) {
  const TestFolder folder;
  folder.add("x/a.xml", "");
  const std::string real = std::filesystem::canonical(folder.path());
  const WorkingFolder working(folder.path() / "x");
  EXPECT_EQ(absolute("."), real + "/x");
  EXPECT_EQ(absolute(""), real + "/x");
  EXPECT_EQ(absolute("a.xml"), real + "/x/a.xml");
  EXPECT_EQ(absolute("../x/./a.xml"), real + "/x/a.xml");
}

TEST(AbsolutePath, KeepsTheNamesOfLinksButLeavesThemWhereTheyLead) {
  const TestFolder folder;
  folder.add("far/off/a.xml", "");
  std::filesystem::create_directory_symlink("far/off", folder.path() / "link");
  const std::string root = folder.path();
  EXPECT_EQ(absolute(root + "/link/a.xml"), root + "/link/a.xml");
  EXPECT_EQ(absolute(root + "/link/../b.xml"),
            std::filesystem::canonical(folder.path()).string() + "/far/b.xml");
}

TEST(Location, GivesThePathBack) {
  for (const std::string path : {"/plain/a.xml", "/with \\ backslash", "/\xe4/\xc3\xa4",
                                 "/\\xE4/a\\b\\\\c", "/a\\\xe4\\x1", "/\\x/\\\\x", "a/"})
    EXPECT_EQ(path_of(location_of(path)), path);
}

TEST(Location, WritesEachNameByItself) {
  EXPECT_EQ(location_of("/a\\b"), "/a\\b");
  EXPECT_EQ(location_of("/\xe4/a\\b"), "/\\xE4/a\\b") << "in whatever folder it lies";
  EXPECT_EQ(location_of("/\xe4\\"), "/\\xE4\\\\");
}

}  // namespace
}  // namespace weir::store
