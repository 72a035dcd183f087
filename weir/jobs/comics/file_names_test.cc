#include "weir/jobs/comics/file_names.h"

#include <gtest/gtest.h>

namespace weir::comics {
namespace {

TEST(FileNames, TakesComicsOfAnyCaseAndOtherArchivesOnlyWhenAsked) {
  for (const char* name : {"a.cbz", "a.CBR", "a.cb7", "a.Cbt", "a.pdf"})
    EXPECT_TRUE(is_comic_name(name, false)) << name;
  for (const char* name : {"a.zip", "a.RAR", "a.7z", "a.tar"}) {
    EXPECT_FALSE(is_comic_name(name, false)) << name;
    EXPECT_TRUE(is_comic_name(name, true)) << name;
  }
  for (const char* name : {"cbz", ".cbz", "a.cbz.part", "a", ""})
    EXPECT_FALSE(is_comic_name(name, true)) << name;
}

TEST(FileNames, TellTheTypeOfAFileThatIsNotOpened) {
  EXPECT_EQ(file_type_by_name("a.b/c.CBZ"), "CBZ");
  EXPECT_EQ(file_type_by_name("c.rar"), "CBR");
  EXPECT_EQ(file_type_by_name("c.Pdf"), "PDF");
  for (const char* path : {"a.cbz/c", "a/.cbz", "c.jpg", ""})
    EXPECT_EQ(file_type_by_name(path), "");
}

TEST(FileNames, SkipsWhatSystemsLeaveBehind) {
  for (const char* name : {".a.cbz", ".", "@eaDir", "#recycle", "__MACOSX", "Thumbs.db"})
    EXPECT_TRUE(is_skipped_name(name)) << name;
  EXPECT_FALSE(is_skipped_name("thumbs.cbz"));
}

TEST(FileNames, PagesAreImagesThatNothingOnTheirPathHides) {
  for (const char* entry : {"001.jpg", "a/b/1.PNG", "x.jxl"}) EXPECT_TRUE(is_page_name(entry));
  for (const char* entry : {"__MACOSX/._001.png", ".hidden.png", "a/.b/1.png", "readme.txt", "png"})
    EXPECT_FALSE(is_page_name(entry)) << entry;
}

TEST(FileNames, ReplacesEachByteThatIsNoCharacter) {
  std::string text;
  EXPECT_FALSE(to_utf8("\xC3\xA9t\xC3\xA9", text));
  EXPECT_EQ(text, "\xC3\xA9t\xC3\xA9");
  EXPECT_TRUE(to_utf8("a\xE9\xFF.cbz", text));
  EXPECT_EQ(text, "a\xEF\xBF\xBD\xEF\xBF\xBD.cbz");
}

}  // namespace
}  // namespace weir::comics
