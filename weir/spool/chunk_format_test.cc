// The worked example of docs/formats/spool.md is what the writer writes.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "weir/spool/chunk_file.h"
#include "weir/spool/parts_test.h"

namespace weir::spool {
namespace {

// item(id string, colour string), two records in one part.
std::string example_file() {
  const TestFolder folder;
  Tables tables;
  tables.entities.push_back({.name = "item", .record_table = 0});
  tables.tables.push_back(
      {.name = "item",
       .entity = 0,
       .key = {0},
       .columns = {test_column("id", TypeKind::string), test_column("colour", TypeKind::string)}});
  const ChunkLayout layout(tables);
  TestPart part(tables);
  part.record({.key = "a", .version = encode(i64{5}), .row = 1});
  part.record({.key = "bc", .version = encode(i64{5}), .row = 2});
  part.row("item", {i32{0}, std::string("a"), nullptr});
  part.row("item", {i32{1}, std::string("bc"), std::string("red")});
  auto writer = ChunkFileWriter::create(folder.path(), 0, layout);
  WEIR_ASSERT(writer.ok() && (*writer)->add(part.batches()).ok());
  const auto sealed = (*writer)->seal();
  WEIR_ASSERT(sealed.ok());
  std::ifstream in(folder.path() / sealed->file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

// Lines of 16 bytes: "0010  57 45 ...".
std::string hex_dump(std::string_view bytes) {
  std::string dump;
  for (std::size_t at = 0; at < bytes.size(); at += 16) {
    dump += fmt::format("{:04x} ", at);
    for (const char byte : bytes.substr(at, 16))
      dump += fmt::format(" {:02x}", static_cast<unsigned char>(byte));
    dump += '\n';
  }
  return dump;
}

TEST(ChunkFormat, TheExampleOfTheDocumentIsWhatIsWritten) {
  std::ifstream in(WEIR_FORMATS_FOLDER "/spool.md");
  ASSERT_TRUE(in.is_open());
  std::stringstream document;
  document << in.rdbuf();
  const std::string dump = hex_dump(example_file());
  EXPECT_NE(document.str().find("```text\n" + dump + "```"), std::string::npos) << dump;
}

}  // namespace
}  // namespace weir::spool
