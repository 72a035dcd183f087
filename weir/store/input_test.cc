#include "weir/store/input.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "weir/store/internal/archive_testing.h"

namespace weir::store {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class Inputs : public ::testing::Test {
 protected:
  std::filesystem::path add(const std::string& name, std::string_view text = "x") const {
    return folder_.add(name, text);
  }
  void link(const std::string& to, const std::string& name) const {
    std::filesystem::create_symlink(to, folder_.path() / name);
  }
  std::vector<Input> list(const std::string& pattern,
                          const std::vector<std::string>& members = {}) const {
    auto found = list_inputs(folder_.path(), pattern, members, {});
    EXPECT_TRUE(found.ok()) << found.error().message();
    return found.ok() ? *found : std::vector<Input>{};
  }
  // Locations without the folder of the test.
  std::vector<std::string> names(const std::string& pattern,
                                 const std::vector<std::string>& members = {}) const {
    std::vector<std::string> short_names;
    for (const Input& input : list(pattern, members))
      short_names.push_back(input.location.substr(folder_.path().string().size() + 1));
    return short_names;
  }

  const TestFolder folder_;
};

TEST_F(Inputs, AreFoundByPatternsInByteOrder) {
  for (const char* name : {"b.xml", "a.xml", "B.xml", "a.txt", "x/c.xml", "x/y/d.xml", "x-/e.xml"})
    add(name);
  EXPECT_THAT(names("*.xml"), ElementsAre("B.xml", "a.xml", "b.xml"));
  EXPECT_THAT(names("**/*.xml"),
              ElementsAre("B.xml", "a.xml", "b.xml", "x-/e.xml", "x/c.xml", "x/y/d.xml"));
  EXPECT_THAT(names("x/**"), ElementsAre("x/c.xml", "x/y/d.xml"));
  EXPECT_THAT(names("x*/*.xml"), ElementsAre("x-/e.xml", "x/c.xml"));
  EXPECT_THAT(names("{a,b}.{xml,txt}"), ElementsAre("a.txt", "a.xml", "b.xml"));
  EXPECT_THAT(names("**/[cd].xml"), ElementsAre("x/c.xml", "x/y/d.xml"));
  EXPECT_THAT(names("*.json"), IsEmpty());
  EXPECT_THAT(names("missing/*.xml"), IsEmpty());
}

TEST_F(Inputs, AFolderStandsForAllFilesInIt) {
  for (const char* name : {"x/a.xml", "x/y/b.txt", "x/.hidden", "x/.y/c.xml"}) add(name);
  for (const char* pattern : {"x", "x/", "./x//."})
    EXPECT_THAT(names(pattern), ElementsAre("x/a.xml", "x/y/b.txt"));
}

TEST_F(Inputs, HiddenNamesAreMetOnlyByPatternsThatBeginWithADot) {
  for (const char* name : {"a", ".b", ".x/c", ".x/.d"}) add(name);
  EXPECT_THAT(names("*"), ElementsAre("a"));
  EXPECT_THAT(names(".*"), ElementsAre(".b"));
  EXPECT_THAT(names(".x/*"), ElementsAre(".x/c"));
  EXPECT_THAT(names("**/.?"), ElementsAre(".b"));
  EXPECT_THAT(names(".x"), ElementsAre(".x/c"));
}

TEST_F(Inputs, AFileNamedLikeAPatternIsThatFile) {
  add("[a].xml");
  add("a.xml");
  EXPECT_THAT(names("[a].xml"), ElementsAre("[a].xml"));
  EXPECT_THAT(names("[ab].xml"), ElementsAre("a.xml"));
}

TEST_F(Inputs, LinksThatFormALoopEnd) {
  add("x/a.xml");
  add("x/y/b.xml");
  link("..", "x/y/up");
  link(".", "x/self");
  link("x", "also_x");
  link("nowhere", "x/dangling.xml");
  link("round.xml", "x/round.xml");
  link("a.xml", "x/c.xml");
  EXPECT_THAT(names("**/*.xml"), ElementsAre("x/a.xml", "x/c.xml", "x/y/b.xml"));
  EXPECT_THAT(names("also_x/*.xml"), ElementsAre("also_x/a.xml", "also_x/c.xml"));
}

TEST_F(Inputs, LinksToFoldersElsewhereAreFollowed) {
  add("elsewhere/a.xml");
  add("x/b.xml");
  link("../elsewhere", "x/link");
  EXPECT_THAT(names("x/**"), ElementsAre("x/b.xml", "x/link/a.xml"));
}

TEST_F(Inputs, NamesThatAreNotUtf8AreShownEscapedAndRead) {
  add("\xe4.xml", "latin");
  add("\xc3\xa4.xml", "utf-8");
  add("\\xE4.xml", "backslash");
  const auto found = list("*.xml");
  EXPECT_THAT(names("*.xml"), ElementsAre("\\\\xE4.xml", "\\xE4.xml", "ä.xml"));
  ASSERT_EQ(found.size(), 3u);
  EXPECT_EQ(read_all(open_input(found[0], {})).text, "backslash");
  EXPECT_EQ(read_all(open_input(found[1], {})).text, "latin");
}

TEST_F(Inputs, SaySizeAndTime) {
  const auto file = add("a.xml", "12345");
  const timespec times[2] = {{1'000, 0}, {1'767'323'045, 123'456'789}};
  ASSERT_EQ(::utimensat(AT_FDCWD, file.c_str(), times, 0), 0);
  const auto found = list("a.xml");
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].size, 5);
  EXPECT_EQ(found[0].mtime_us, 1'767'323'045'123'456);
}

TEST_F(Inputs, OnlyFilesCountWhereAPatternMeetsMore) {
  add("x/a.xml");
  ASSERT_EQ(::mkfifo((folder_.path() / "pipe.xml").c_str(), 0600), 0);
  std::filesystem::create_directory(folder_.path() / "folder.xml");
  EXPECT_THAT(names("*.xml"), IsEmpty());
  EXPECT_THAT(names("pipe.xml"), ElementsAre("pipe.xml")) << "asked for by its name";
}

TEST_F(Inputs, ANameThatIsNotThereIsAnError) {
  auto found = list_inputs(folder_.path(), "a.xml", {}, {});
  ASSERT_FALSE(found.ok());
  EXPECT_EQ(found.error().code(), ErrorCode::not_found);
  EXPECT_THAT(found.error().message(), HasSubstr("a.xml"));
  auto stream = open_input({.location = "b", .file = folder_.path() / "b"}, {});
  ASSERT_FALSE(stream.ok());
  EXPECT_EQ(stream.error().code(), ErrorCode::not_found);
}

TEST_F(Inputs, GiveTheBytesOfAFile) {
  const std::string text(3 * MiB + 5, 'q');
  add("a.xml", text);
  EXPECT_TRUE(read_all(open_input(list("a.xml")[0], {}), 12'345).text == text);
}

class MemberInputs : public Inputs {
 protected:
  std::filesystem::path copy(const std::string& made, const std::string& name) const {
    std::filesystem::create_directories((folder_.path() / name).parent_path());
    std::filesystem::copy_file(made_archives() / made, folder_.path() / name);
    return folder_.path() / name;
  }
};

TEST_F(MemberInputs, AreFoundByGlobsThatIgnoreCase) {
  copy("deflated.zip", "a.zip");
  copy("bsd.tar", "x/b.tar");
  EXPECT_THAT(names("a.zip", {"**/*.XML"}),
              ElementsAre("a.zip!/a.xml", "a.zip!/dir/B.xml", "a.zip!/ünï.xml"));
  EXPECT_THAT(names("**", {"dir/b.xml"}), ElementsAre("a.zip!/dir/B.xml", "x/b.tar!/./dir/B.xml"));
  EXPECT_THAT(names("a.zip", {"{A,B}.xml", "**/*.txt"}),
              ElementsAre("a.zip!/a.xml", "a.zip!/dir/empty.txt"));
  EXPECT_THAT(names("a.zip", {"*.json"}), IsEmpty());
}

TEST_F(MemberInputs, GiveTheirBytes) {
  copy("deflated.zip", "a.zip");
  for (Input input : list("a.zip", {"**/b.xml"})) {
    const std::string text = text_of(made_archives() / "tree/dir/B.xml");
    EXPECT_TRUE(read_all(open_input(input, {})).text == text);
    input.position = -1;
    EXPECT_TRUE(read_all(open_input(input, {})).text == text) << "by its name";
  }
}

TEST_F(MemberInputs, OfOneNameTheLastCounts) {
  copy("twice.zip", "a.zip");
  auto found = list("a.zip", {"a.xml"});
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(read_all(open_input(found[0], {})).text, "other");
  found[0].position = -1;
  EXPECT_EQ(read_all(open_input(found[0], {})).text, "other");
}

TEST_F(MemberInputs, ThatCannotBeReadFailWhenTheyAreOpened) {
  copy("page.zip", "a.zip");
  copy("deflated.zip", "b.zip");
  copy("empty.zip", "c.zip");
  copy("deflated.zip", "d.zip");
  std::filesystem::resize_file(folder_.path() / "d.zip", 1'000);
  EXPECT_THAT(names("*.zip", {"a.xml"}), ElementsAre("a.zip", "b.zip!/a.xml", "c.zip", "d.zip"));
  for (const Input& input : list("*.zip", {"a.xml"})) {
    const ReadText read = read_all(open_input(input, {}));
    EXPECT_EQ(read.error.has_value(), !input.location.ends_with("a.xml"));
    if (read.error) {
      EXPECT_THAT(read.error->message(), HasSubstr(input.file.string()));
    }
  }
}

TEST_F(MemberInputs, AskedForByNameAreMissed) {
  copy("deflated.zip", "a.zip");
  EXPECT_THAT(names("a.zip", {"b.xml"}), ElementsAre("a.zip!/b.xml"));
  const ReadText read = read_all(open_input(list("a.zip", {"b.xml"})[0], {}));
  ASSERT_TRUE(read.error);
  EXPECT_EQ(read.error->code(), ErrorCode::not_found);
}

TEST_F(MemberInputs, WhosePathLeavesTheArchiveAreSeenAndRefused) {
  copy("unsafe.zip", "a.zip");
  const auto found = list("a.zip", {"**/*.xml"});
  EXPECT_EQ(found.size(), 5u);
  for (const Input& input : found) {
    const ReadText read = read_all(open_input(input, {}));
    EXPECT_EQ(read.error.has_value(), input.member != "good.xml") << input.location;
  }
}

TEST_F(MemberInputs, WhoseNamesAreNotUtf8AreShownEscaped) {
  copy("latin.zip", "a.zip");
  const auto found = list("a.zip", {"*"});
  ASSERT_EQ(found.size(), 1u);
  EXPECT_TRUE(found[0].location.ends_with("a.zip!/\\xE4.xml"));
  EXPECT_EQ(read_all(open_input(found[0], {})).text, "<x/>");
}

TEST_F(MemberInputs, OfAnArchiveChangedMeanwhileAreRefused) {
  const auto file = copy("deflated.zip", "a.zip");
  const auto found = list("a.zip", {"a.xml"});
  std::filesystem::copy_file(made_archives() / "many.zip", file,
                             std::filesystem::copy_options::overwrite_existing);
  const ReadText read = read_all(open_input(found[0], {}));
  ASSERT_TRUE(read.error);
  EXPECT_EQ(read.error->code(), ErrorCode::conflict);
}

}  // namespace
}  // namespace weir::store
