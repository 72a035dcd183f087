// Runs: byte records one after the other in a scratch file, compressed, written once and read from
// the front. What an external sort spills, and what waits on disk between two steps of a promotion.
//
// A run is a sequence of pieces: u32 stored size (see piece.h), u32 raw size, u64 XXH3 of the
// stored bytes, then those. The raw bytes of all pieces are the records, each after its u32 size;
// a record may reach over pieces.
//
// Memory: a writer or reader holds two pieces, and the record at hand.
// Threads: one at a time; several readers may read one scratch file.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "weir/base/result.h"
#include "weir/spool/file.h"
#include "weir/spool/piece.h"

namespace weir::spool {

// Where a run lies in its scratch file.
struct RunPlace {
  i64 offset = 0;
  i64 bytes = 0;
  i64 records = 0;
  i64 longest = 0;  // bytes of its longest record
};

// A scratch file that runs are appended to; made with the first byte.
class RunFile {
 public:
  explicit RunFile(std::filesystem::path folder) : folder_(std::move(folder)) {}

  const File& file() const { return file_; }
  i64 bytes() const { return bytes_; }
  Result<void> append(std::span<const std::byte> bytes);
  // In place of bytes that were appended.
  Result<void> overwrite(i64 offset, std::span<const std::byte> bytes) {
    return file_.write_at(offset, bytes);
  }

 private:
  std::filesystem::path folder_;
  File file_;
  i64 bytes_ = 0;
};

class RunWriter {
 public:
  // One writer a file at a time; `file` outlives it.
  explicit RunWriter(RunFile& file);

  // Errors: io; they name the file.
  Result<void> add(std::string_view record);
  // Nothing may be added afterwards.
  Result<RunPlace> finish();

 private:
  Result<void> add_bytes(std::string_view bytes);
  Result<void> write_piece();

  RunFile& file_;
  RunPlace place_;
  PieceCompressor compressor_;
  std::string raw_;
  std::vector<std::byte> stored_;
};

class RunReader {
 public:
  // `file` outlives the reader.
  RunReader(const RunFile& file, const RunPlace& place)
      : file_(&file), at_(place.offset), end_(place.offset + place.bytes) {}

  // The next record, valid until the next call; false at the end.
  // Errors: io; corrupt  a checksum does not hold.
  Result<bool> next(std::string_view& record);

  // What a reader of a run with records of up to `longest` bytes holds.
  static i64 memory_bytes(i64 longest) { return 2 * piece_bytes + 2 * longest + KiB; }

 private:
  Result<bool> fill(std::size_t bytes);
  Result<void> read_piece();
  Error damaged() const;

  const RunFile* file_;
  i64 at_;
  i64 end_;
  std::vector<std::byte> stored_;
  std::string raw_;
  std::size_t taken_ = 0;
};

}  // namespace weir::spool
