#include "weir/store/archive.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "weir/store/internal/archive_testing.h"

namespace weir::store {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Le;

std::filesystem::path made(const std::string& name) { return made_archives() / name; }

// What make_archives.py packs.
std::map<std::string, std::string> expected() {
  std::map<std::string, std::string> all;
  for (const char* name : {"a.xml", "dir/B.xml", "dir/empty.txt", "ünï.xml"})
    all[name] = text_of(made("tree") / name);
  return all;
}

std::unique_ptr<Archive> open(const std::string& name, InputLimits limits = {}) {
  auto archive = Archive::open(made(name), limits);
  EXPECT_TRUE(archive.ok()) << archive.error().message();
  return archive.ok() ? std::move(*archive) : nullptr;
}

Error error_of(const std::string& name, InputLimits limits = {}) {
  auto archive = Archive::open(made(name), limits);
  EXPECT_FALSE(archive.ok()) << name;
  return archive.ok() ? Error(ErrorCode::usage, "none") : archive.error();
}

// The error of opening or reading one member.
Error error_of_member(const std::string& file, const std::string& name, InputLimits limits = {}) {
  const auto archive = open(file);
  auto limited = Archive::open(made(file), limits);
  for (const Member& member : (*limited)->members())
    if (member.name == name) {
      const ReadText read = read_all((*limited)->read(member));
      EXPECT_TRUE(read.error) << file << " " << name;
      if (read.error) return *read.error;
    }
  return Error(ErrorCode::usage, "none");
}

class ArchiveOfEachKind : public ::testing::TestWithParam<std::string> {};

TEST_P(ArchiveOfEachKind, GivesTheBytesOfAllMembers) {
  const auto wanted = expected();
  for (const std::size_t step : {1u << 20, 1000u}) {
    auto contents = contents_of(made(GetParam()), step);
    std::erase_if(contents, [](const auto& member) { return member.first.starts_with("lll"); });
    ASSERT_EQ(contents.size(), wanted.size());
    for (const auto& [name, text] : wanted) {
      ASSERT_TRUE(contents.contains(name)) << name;
      EXPECT_TRUE(contents[name] == text) << name;
    }
  }
}

TEST_P(ArchiveOfEachKind, ReadsAMemberAgainByItsPosition) {
  const auto archive = open(GetParam());
  for (const Member& member : archive->members()) {
    const ReadText read = read_all(read_member(made(GetParam()), member.name, member.position, {}));
    EXPECT_FALSE(read.error) << read.error->message();
    EXPECT_TRUE(read.text == read_all(archive->read(member)).text);
    if (member.size >= 0) {
      EXPECT_EQ(static_cast<i64>(read.text.size()), member.size);
    }
    const ReadText other = read_all(read_member(made(GetParam()), "other", member.position, {}));
    ASSERT_TRUE(other.error);
    EXPECT_EQ(other.error->code(), ErrorCode::conflict);
  }
}

INSTANTIATE_TEST_SUITE_P(Zip, ArchiveOfEachKind,
                         ::testing::Values("deflated.zip", "stored.zip", "streamed.zip",
                                           "zip64.zip", "comment.zip", "program.zip",
                                           "trailing.zip", "info.zip"));
INSTANTIATE_TEST_SUITE_P(Rar, ArchiveOfEachKind, ::testing::Values("four.rar", "five.rar"));
INSTANTIATE_TEST_SUITE_P(SevenZip, ArchiveOfEachKind, ::testing::Values("lzma.7z", "deflate.7z"));
INSTANTIATE_TEST_SUITE_P(Tar, ArchiveOfEachKind,
                         ::testing::Values("bsd.tar", "ustar.tar", "gnu.tar", "pax.tar",
                                           "tar.tar.gz", "tar.tar.zst", "tar.tar.xz",
                                           "tar.tar.bz2"));

TEST(Archive, IsKnownByItsBytesNotByItsName) {
  TestFolder folder;
  for (const auto& [name, format] : std::map<std::string, std::string>{{"deflated.zip", "zip"},
                                                                       {"four.rar", "rar"},
                                                                       {"five.rar", "rar"},
                                                                       {"lzma.7z", "7z"},
                                                                       {"bsd.tar", "tar"},
                                                                       {"tar.tar.zst", "tar"}}) {
    std::filesystem::copy_file(made(name), folder.path() / (name + ".jpg"));
    auto archive = Archive::open(folder.path() / (name + ".jpg"), {});
    ASSERT_TRUE(archive.ok()) << archive.error().message();
    EXPECT_EQ((*archive)->format(), format);
  }
}

TEST(Archive, ListsWhatTheDirectoryOfAZipSays) {
  const auto archive = open("streamed.zip");
  ASSERT_EQ(archive->members().size(), 4u) << "without the folder";
  const Member& big = archive->members()[1];
  EXPECT_EQ(big.name, "dir/B.xml");
  EXPECT_EQ(big.method, "deflate");
  EXPECT_EQ(big.size, static_cast<i64>(text_of(made("tree/dir/B.xml")).size()));
  EXPECT_LT(big.packed_size, big.size);
  EXPECT_TRUE(big.crc);
}

TEST(Archive, HasTheLongestCommentThoughItLooksLikeEnds) {
  EXPECT_EQ(open("comment.zip")->comment().size(), 65'535u);
  EXPECT_TRUE(open("comment.zip")->comment().ends_with("the last 19 of them"));
  EXPECT_EQ(open("tiny.zip")->comment(), "hi");
  EXPECT_EQ(open("stored.zip")->comment(), "");
}

TEST(Archive, HoldsMoreMembersThanOldZipsCount) {
  const auto archive = open("many.zip");
  ASSERT_EQ(archive->members().size(), 66'000u);
  EXPECT_EQ(read_all(archive->read(archive->members().back())).text, "65999");
}

TEST(Archive, MayBeEmpty) { EXPECT_TRUE(open("none.zip")->members().empty()); }

TEST(Archive, SaysWhatOtherFilesAreNot) {
  EXPECT_EQ(error_of("page.zip").code(), ErrorCode::unsupported);
  EXPECT_EQ(error_of("empty.zip").code(), ErrorCode::corrupt);
  EXPECT_EQ(error_of("tree/a.xml").code(), ErrorCode::unsupported);
  EXPECT_EQ(error_of("missing.zip").code(), ErrorCode::not_found);
}

TEST(Archive, DoesNotTakeAStoredZipForTheCutOneAroundIt) {
  EXPECT_THAT(error_of("nested.zip").message(), HasSubstr("it is cut"));
}

TEST(Archive, RefusesMembersWhosePathLeavesIt) {
  for (const char* name : {"../up.xml", "/abs.xml", "a\\..\\..\\b.xml", "C:\\c.xml"}) {
    const Error error = error_of_member("unsafe.zip", name);
    EXPECT_EQ(error.code(), ErrorCode::corrupt);
    EXPECT_THAT(error.message(), AllOf(HasSubstr("unsafe.zip: member"), HasSubstr("path")));
  }
  for (const char* name : {"../up.xml", "/abs.xml", "a/../../b.xml"})
    EXPECT_EQ(error_of_member("unsafe.tar", name).code(), ErrorCode::corrupt);
  for (const char* file : {"unsafe.zip", "unsafe.tar"})
    EXPECT_EQ(read_all(open(file)->read(open(file)->members()[0])).text, "<a/>");
}

TEST(Archive, FollowsNoLinks) {
  EXPECT_EQ(error_of_member("unsafe.tar", "link.xml").code(), ErrorCode::unsupported);
}

TEST(Archive, SaysWhatItDoesNotRead) {
  EXPECT_THAT(error_of_member("encrypted.zip", "a.xml").message(), HasSubstr("encrypted"));
  EXPECT_THAT(error_of_member("encrypted.7z", "a.xml").message(), HasSubstr("encrypted"));
  EXPECT_THAT(error_of_member("bzip2.zip", "a.xml").message(), HasSubstr("method 12"));
}

TEST(Archive, SeesThatADirectoryLies) {
  EXPECT_EQ(error_of_member("lying.zip", "a.xml").code(), ErrorCode::corrupt);
}

TEST(Archive, CallsWhatUnfoldsTooFarABombBeforeItReads) {
  const Error error = error_of_member("bomb.zip", "a.xml");
  EXPECT_EQ(error.code(), ErrorCode::too_large);
  EXPECT_THAT(error.message(), HasSubstr("a bomb"));
}

TEST(Archive, KeepsWithinTheLimits) {
  for (const char* file : {"deflated.zip", "bsd.tar", "lzma.7z", "five.rar"}) {
    EXPECT_EQ(error_of(file, {.members = 2}).code(), ErrorCode::too_large) << file;
    EXPECT_EQ(error_of(file, {.archive_bytes = 1'000}).code(), ErrorCode::too_large) << file;
    EXPECT_EQ(error_of(file, {.name_bytes = 3}).code(), ErrorCode::too_large) << file;
  }
  const std::map<std::string, std::string> names = {
      {"deflated.zip", "dir/B.xml"}, {"bsd.tar", "./dir/B.xml"}, {"five.rar", "dir/B.xml"}};
  for (const auto& [file, name] : names) {
    EXPECT_EQ(error_of_member(file, name, {.member_bytes = 99}).code(), ErrorCode::too_large);
    EXPECT_EQ(error_of_member(file, name, {.name_depth = 1}).code(), ErrorCode::too_large);
  }
}

// Lists and reads all of a small archive in which something is wrong. Whatever comes of it, what is
// read without an error is what was packed.
void expect_no_wrong_bytes(const TestFolder& folder, const std::string& bytes,
                           const std::map<std::string, std::string>& packed) {
  const auto file = folder.add("damaged", bytes);
  auto archive = Archive::open(file, {.member_bytes = MiB});
  if (!archive.ok()) return;
  for (const Member& member : (*archive)->members()) {
    const ReadText read = read_all((*archive)->read(member));
    if (read.error) {
      EXPECT_THAT(read.error->message(), HasSubstr("damaged"));
      continue;
    }
    // A damaged name is another member; its bytes are one of those packed all the same.
    bool known = false;
    for (const auto& [name, text] : packed) known = known || read.text == text;
    EXPECT_TRUE(known) << member.name << ": " << read.text.size() << " bytes";
  }
}

class TinyArchive : public ::testing::TestWithParam<std::string> {};

TEST_P(TinyArchive, GivesNoWrongBytesWhereverItIsCut) {
  const TestFolder folder;
  const std::string whole = text_of(made(GetParam()));
  const auto packed = contents_of(made(GetParam()));
  ASSERT_FALSE(packed.empty());
  for (std::size_t size = 0; size < whole.size(); ++size)
    expect_no_wrong_bytes(folder, whole.substr(0, size), packed);
}

TEST_P(TinyArchive, GivesNoWrongBytesWhateverByteIsDamaged) {
  const TestFolder folder;
  const std::string whole = text_of(made(GetParam()));
  const auto packed = contents_of(made(GetParam()));
  for (std::size_t at = 0; at < whole.size(); ++at)
    for (const int change : {1, 0x80, 0xff}) {
      std::string damaged = whole;
      damaged[at] = static_cast<char>(damaged[at] ^ change);
      expect_no_wrong_bytes(folder, damaged, packed);
    }
}

INSTANTIATE_TEST_SUITE_P(All, TinyArchive,
                         ::testing::Values("tiny.zip", "tiny_stored.zip", "tiny.rar4", "tiny.rar5",
                                           "tiny.7z"));

// A tar has no checks of what members hold; only its headers can be seen to be damaged.
TEST(Archive, SeesWhereATarIsCut) {
  const TestFolder folder;
  const std::string whole = text_of(made("tiny.tar"));
  const auto packed = contents_of(made("tiny.tar"));
  for (std::size_t size = 0; size < whole.size(); size += size < 2'100 ? 1 : 97)
    expect_no_wrong_bytes(folder, whole.substr(0, size), packed);
}

}  // namespace
}  // namespace weir::store
