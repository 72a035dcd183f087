#include "weir/jobs/courts/geocode_file.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fstream>

#include "weir/spool/parts_test.h"

namespace weir::courts {
namespace {

using spool::File;

Result<void> no_repeats(const ResultFileMaker::Repeat&) {
  return Error(ErrorCode::corrupt, "a key came twice");
}

class ResultFileTest : public ::testing::Test {
 protected:
  std::filesystem::path path() const { return folder_.path() / "results"; }

  void make(i64 rows) {
    ResultFileMaker maker(folder_.path(), MiB);
    for (i64 i = 0; i < rows; ++i)
      ASSERT_TRUE(maker.add(fmt::format("key {}", i), i, fmt::format("result {}", i)));
    auto file = File::create(path());
    ASSERT_TRUE(file);
    const auto written = maker.write(*file, {1, 2}, no_repeats);
    ASSERT_TRUE(written) << written.error().message();
  }
  Result<ResultFile> open(i64 memory_bytes) {
    auto file = File::open_to_read(path());
    return ResultFile::open(std::move(file).value(), memory_bytes);
  }

  spool::TestFolder folder_;
};

TEST_F(ResultFileTest, FindsEveryKeyAndNoOtherInMemoryAndOnDisk) {
  for (const i64 rows : {0, 1, 7, 1000, 40'000}) {
    make(rows);
    for (const i64 memory : {i64{0}, 64 * MiB}) {
      auto results = open(memory);
      ASSERT_TRUE(results) << results.error().message();
      EXPECT_EQ(results->rows(), rows);
      EXPECT_EQ(results->id(), (Hash128{1, 2}));
      std::string room;
      for (i64 i = 0; i < rows; ++i) {
        const auto found = results->find(fmt::format("key {}", i), room);
        ASSERT_TRUE(found);
        EXPECT_EQ(*found, fmt::format("result {}", i));
      }
      EXPECT_EQ(*results->find("key -1", room), std::nullopt);
      EXPECT_EQ(*results->find("", room), std::nullopt);
    }
  }
}

TEST_F(ResultFileTest, TellsOfRepeatedKeysAndKeepsTheFirst) {
  ResultFileMaker maker(folder_.path(), MiB);
  ASSERT_TRUE(maker.add("a", 9, "later"));
  ASSERT_TRUE(maker.add("a", 3, "first"));
  ASSERT_TRUE(maker.add("a", 5, "first"));
  auto file = File::create(path());
  std::string told;
  ASSERT_TRUE(maker.write(*file, {}, [&](const ResultFileMaker::Repeat& repeat) {
    told += fmt::format("{} {} {} {};", repeat.key, repeat.first, repeat.second, repeat.is_equal);
    return Result<void>();
  }));
  EXPECT_EQ(told, "a 3 5 true;a 3 9 false;");
  auto results = open(MiB);
  std::string room;
  EXPECT_EQ(*results->find("a", room), "first");
}

// Whatever byte is changed: the file is refused when it is opened or when the row is read, or the
// right result comes, where the byte is of another bucket.
TEST_F(ResultFileTest, NeverGivesAnotherResultForADamagedByte) {
  make(20);
  std::ifstream in(path(), std::ios::binary);
  const std::string whole((std::istreambuf_iterator<char>(in)), {});
  for (std::size_t at = 0; at < whole.size(); ++at) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x40);
    std::ofstream(path(), std::ios::binary) << damaged;
    for (const i64 memory : {i64{0}, MiB}) {
      const auto results = open(memory);
      if (!results) continue;
      std::string room;
      for (int i = 0; i < 20; ++i) {
        const auto found = results->find(fmt::format("key {}", i), room);
        if (found) {
          EXPECT_EQ(*found, fmt::format("result {}", i)) << "byte " << at;
        }
      }
    }
  }
}

TEST_F(ResultFileTest, RefusesAFileThatIsCut) {
  make(20);
  const auto bytes = static_cast<i64>(std::filesystem::file_size(path()));
  for (const i64 cut : {i64{0}, i64{10}, bytes / 2, bytes - 1}) {
    std::filesystem::resize_file(path(), static_cast<std::uintmax_t>(cut));
    const auto results = open(MiB);
    ASSERT_FALSE(results);
    EXPECT_EQ(results.error().code(), ErrorCode::corrupt);
    make(20);
  }
}

}  // namespace
}  // namespace weir::courts
