#include "weir/jobs/comics/change_list.h"

#include <gtest/gtest.h>

#include <filesystem>

namespace weir::comics {
namespace {

Change change_of(i64 number) {
  return {.library = number % 3,
          .folder = number * 7,
          .comic = number % 2,
          .created_at = std::string(static_cast<std::size_t>(number % 40), 't'),
          .file = {.path = std::string(static_cast<std::size_t>(number % 300), 'p'),
                   .path_bytes = std::string(static_cast<std::size_t>(number % 5), '\xFF'),
                   .fault = {},
                   .size = number,
                   .mtime_ns = -number,
                   .inode = number * number,
                   .device = 3}};
}

void expect_first(ChangeList& list, i64 count) {
  ASSERT_TRUE(list.rewind());
  Change change;
  for (i64 number = 0; number < count; ++number) {
    const auto more = list.next(change);
    ASSERT_TRUE(more && *more) << number;
    const Change wanted = change_of(number);
    EXPECT_EQ(change.library, wanted.library);
    EXPECT_EQ(change.folder, wanted.folder);
    EXPECT_EQ(change.comic, wanted.comic);
    EXPECT_EQ(change.created_at, wanted.created_at);
    EXPECT_EQ(change.file.path, wanted.file.path);
    EXPECT_EQ(change.file.path_bytes, wanted.file.path_bytes);
    EXPECT_EQ(change.file.size, wanted.file.size);
    EXPECT_EQ(change.file.mtime_ns, wanted.file.mtime_ns);
    EXPECT_EQ(change.file.inode, wanted.file.inode);
    EXPECT_EQ(change.file.device, wanted.file.device);
  }
}

TEST(ChangeList, GivesBackWhatWasAddedAsOftenAsItIsAsked) {
  for (const i64 count : {0, 1, 100, 20'000}) {  // the last one is larger than the buffer
    auto list = ChangeList::create(std::filesystem::temp_directory_path());
    ASSERT_TRUE(list);
    for (i64 number = 0; number < count; ++number) ASSERT_TRUE(list->add(change_of(number)));
    EXPECT_EQ(list->size(), count);
    Change change;
    for (const i64 read : {count, count / 2, i64{0}, count}) expect_first(*list, read);
    EXPECT_FALSE(*list->next(change));
    EXPECT_FALSE(*list->next(change));
  }
}

TEST(ChangeList, AFolderThatCannotBeWrittenIsAnError) {
  EXPECT_FALSE(ChangeList::create("/nowhere/at/all"));
}

}  // namespace
}  // namespace weir::comics
