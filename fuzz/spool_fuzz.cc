// Chunk files of the spool. The first byte chooses: 0 takes the rest as a whole file; otherwise it
// is the blocks of one part, which header, footer and checksums are made for, so that what is
// behind the checksums is reached. A batch that is read is walked to its last value.
//
//   u8 not 0, then three times: u16 rows, u32 memory bytes, u16 n, n bytes of the block
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "weir/base/hash.h"
#include "weir/base/key_encoding.h"
#include "weir/spool/chunk_file.h"

namespace weir::spool {
namespace {

constexpr i64 arena_bytes = 8 * MiB;

const ChunkLayout& layout() {
  static const ChunkLayout made = [] {
    Tables tables;
    tables.entities.push_back({.name = "item", .record_table = 0});
    Table table{.name = "item", .entity = 0, .key = {0}};
    for (const TypeKind kind :
         {TypeKind::string, TypeKind::int64, TypeKind::boolean, TypeKind::float64, TypeKind::list})
      table.columns.push_back({.name = to_string(Type{kind}), .type = {kind}});
    tables.tables.push_back(table);
    return ChunkLayout(tables);
  }();
  return made;
}

// A file in memory.
class MemoryFile {
 public:
  explicit MemoryFile(std::string_view bytes) : descriptor_(::memfd_create("chunk", 0)) {
    if (::write(descriptor_, bytes.data(), bytes.size()) < 0) std::abort();
  }
  ~MemoryFile() { ::close(descriptor_); }
  std::string path() const { return "/proc/self/fd/" + std::to_string(descriptor_); }

 private:
  int descriptor_;
};

void walk(const Batch& batch) {
  std::string text;
  for (const Column& column : batch.columns) {
    for (i64 row = 0; row < batch.rows; ++row) {
      text.clear();
      encode_key_part(column, row, text);
    }
  }
}

Result<void> read_all(std::string_view bytes) {
  const MemoryFile file(bytes);
  flow::Arena arena(arena_bytes);
  WEIR_ASSIGN(const auto reader, open_chunk_file(file.path(), layout(), arena));
  for (i64 part = 0; part < reader->parts(); ++part) {
    WEIR_ASSIGN(const Batch records, reader->records(part));
    walk(records);
    WEIR_ASSIGN(const Batch rows, reader->table(part, 0));
    walk(rows);
    WEIR_ASSIGN(const Batch rejects, reader->rejects(part));
    walk(rejects);
  }
  return {};
}

template <typename Number>
Number take(std::string_view& bytes) {
  Number number = 0;
  const std::size_t size = std::min(sizeof number, bytes.size());
  std::memcpy(&number, bytes.data(), size);
  bytes.remove_prefix(size);
  return number;
}

void append(const void* data, std::size_t size, std::string& out) {
  out.append(static_cast<const char*>(data), size);
}

std::string assemble(const std::string& blocks, const std::vector<BlockEntry>& entries) {
  std::string file;
  append(&layout().header, sizeof(ChunkHeader), file);
  file += blocks;
  const std::string_view footer(reinterpret_cast<const char*>(entries.data()),
                                entries.size() * sizeof(BlockEntry));
  const ChunkTrailer trailer{.footer_checksum = hash64(footer, file.size()),
                             .footer_at = static_cast<i64>(file.size())};
  file += footer;
  append(&trailer, sizeof trailer, file);
  return file;
}

// Puts the checksum that the reader found where it says that the footer has another one.
bool mend(const Error& error, std::vector<BlockEntry>& entries) {
  unsigned long long block = 0, found = 0;
  const auto at = error.message().find("the checksum of block ");
  if (at == std::string::npos) return false;
  if (std::sscanf(error.message().c_str() + at, "the checksum of block %llu is %llx", &block,
                  &found) != 2)
    return false;
  if (entries[block].checksum == found) return false;
  entries[block].checksum = found;
  return true;
}

void read_blocks(std::string_view input) {
  std::string blocks;
  std::vector<BlockEntry> entries;
  for (std::size_t i = 0; i < layout().schemas.size(); ++i) {
    BlockEntry entry{.rows = take<u16>(input), .memory_bytes = take<u32>(input)};
    const auto size = take<u16>(input);
    const std::string_view block = input.substr(0, size);
    blocks += block;
    input.remove_prefix(block.size());
    entry.bytes = static_cast<i64>(block.size());
    entries.push_back(entry);
  }
  for (;;) {
    const auto read = read_all(assemble(blocks, entries));
    if (read.ok() || !mend(read.error(), entries)) return;
  }
}

}  // namespace
}  // namespace weir::spool

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view input(reinterpret_cast<const char*>(data), size);
  if (input.empty()) return 0;
  const bool whole = input.front() == 0;
  input.remove_prefix(1);
  if (whole)
    static_cast<void>(weir::spool::read_all(input).ok());
  else
    weir::spool::read_blocks(input);
  return 0;
}
