// Chunk files: the batches of one chunk, compressed and checksummed, sealed by a footer.
//
// The bytes are described in docs/formats/spool.md. A file without its footer is no chunk file; it
// is written under another name and renamed once it is whole.
//
// Memory: a writer holds about 500 KiB, whatever it is given.
// Threads: a writer or reader belongs to one thread.
#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "weir/base/result.h"
#include "weir/spool/chunk_layout.h"
#include "weir/spool/file.h"
#include "weir/spool/piece.h"
#include "weir/spool/spool.h"

namespace weir::spool {

class ChunkFileWriter final : public ChunkWriter {
 public:
  // `layout` outlives the writer.
  static Result<std::unique_ptr<ChunkWriter>> create(const std::filesystem::path& folder,
                                                     i64 number, const ChunkLayout& layout);
  ~ChunkFileWriter() override;

  Result<void> add(const ChunkBatches& part) override;
  Result<SealedChunk> seal() override;

 private:
  ChunkFileWriter(File file, std::filesystem::path final_path, i64 number,
                  const ChunkLayout& layout);

  Result<void> add_batch(const Batch& batch, const Schema& schema);
  Result<void> add_column(const Column& column);
  Result<void> add_values(const std::byte* values, i64 bytes, Planes planes);
  Result<void> add_lengths(const i32* offsets, i64 rows);
  Result<void> add_piece(std::span<const std::byte> raw, Planes planes);
  Result<void> add_unit(std::span<const std::byte> unit);
  Result<void> write(const void* bytes, i64 count);
  Result<void> write_out();

  File file_;
  const std::filesystem::path final_path_;
  const ChunkLayout& layout_;
  SealedChunk sealed_;
  PieceCompressor compressor_;
  std::vector<std::byte> out_;      // what is not written yet
  std::vector<std::byte> lengths_;  // of a piece
  std::vector<std::byte> planes_;   // a piece
  i64 written_ = 0;
  BlockEntry block_;  // that is being written
  std::vector<BlockEntry> blocks_;
  bool is_sealed_ = false;
};

// Reads and checks the footer. `layout` and `arena` outlive the reader, which holds in `arena` a
// window of the file, and of each table the batch that it gave last.
// Errors: not_found, io; corrupt  not a chunk file of this layout, or a damaged one.
Result<std::unique_ptr<BlockReader>> open_chunk_file(const std::filesystem::path& path,
                                                     const ChunkLayout& layout, flow::Arena& arena);

}  // namespace weir::spool
