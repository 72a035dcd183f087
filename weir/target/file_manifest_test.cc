#include "weir/target/file_manifest.h"

#include <gmock/gmock.h>

#include "weir/target/file_testing.h"

namespace weir::target {
namespace {

using testing::HasSubstr;

FileManifest example() {
  FileManifest manifest{.format = "csv", .current = "r2"};
  manifest.tables = library_tables(WriteMode::replace_record, false);
  manifest.files = {{{"r1/book.csv", 3, 100}, {"r2/book.csv", 1, 40}}, {{"r2/chapter.csv", 0, 10}}};
  manifest.last_ids = {7, 0};
  manifest.versions = TableFile{"_weir/r2/weir_version.csv", 4, 90};
  const flow::RunRow row{.id = "r1",
                         .command_line = "weir run \"a b\".toml",
                         .version = "0.1.0",
                         .declaration_hash = "0123",
                         .started_us = 1,
                         .finished_us = 2,
                         .status = flow::RunStatus::done,
                         .counts = {1, 2, 3, 4, 5},
                         .peak_bytes = 6,
                         .seconds = 0.1};
  manifest.runs.push_back({.row = row, .inputs = TableFile{"_weir/r1/weir_input.csv", 1, 2}});
  manifest.runs.push_back({.row = {.id = "r2"}});
  return manifest;
}

TEST(FileManifest, ComesBackFromItsJson) {
  const FileManifest manifest = example();
  const auto back = file_manifest_from_json(to_json(manifest));
  ASSERT_TRUE(back.ok()) << back.error().message();
  EXPECT_EQ(to_json(*back), to_json(manifest));
  EXPECT_EQ(back->tables, manifest.tables);
  EXPECT_EQ(back->files, manifest.files);
  EXPECT_EQ(back->find_run("r1")->row.command_line, "weir run \"a b\".toml");
  EXPECT_EQ(back->find_run("r1")->row.counts.rejected, 5);
  EXPECT_FALSE(back->find_run("r2")->inputs);
}

TEST(FileManifest, AMemberThatIsMissingIsNamed) {
  std::string json = to_json(example());
  json.replace(json.find("\"last_id\""), 9, "\"list_id\"");
  const auto back = file_manifest_from_json(json);
  ASSERT_FALSE(back.ok());
  EXPECT_EQ(back.error().code(), ErrorCode::corrupt);
  EXPECT_THAT(back.error().message(), HasSubstr("last_id"));
}

TEST(FileManifest, ACutFileIsDamaged) {
  const std::string json = to_json(example());
  for (std::size_t length = 0; length < json.size() - 3; length += 7)
    EXPECT_FALSE(file_manifest_from_json(json.substr(0, length)).ok()) << length;
}

TEST(FileManifest, ALaterLayoutIsNotRead) {
  std::string json = to_json(example());
  json.replace(json.find("\"weir\":1"), 8, "\"weir\":2");
  EXPECT_EQ(file_manifest_from_json(json).error().code(), ErrorCode::unsupported);
}

}  // namespace
}  // namespace weir::target
