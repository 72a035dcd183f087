// The spool: where the rows of a run wait, in sealed files of columns, until they are promoted.
//
// A spool is a folder: one file a chunk, and a small SQLite ledger that names the sealed ones. A
// chunk's file is written under a temporary name, synced and renamed, then recorded in the ledger;
// what the ledger does not name does not exist. Losing a spool costs time, never correctness.
// The bytes are described in docs/formats/spool.md.
//
//   auto spool = Spool::create(dir, identity);
//   auto writer = spool->write_chunk(n);     // one a chunk, on any thread
//   writer->add(part);                       // once or several times
//   auto sealed = writer->seal();            // synced, renamed
//   spool->record(*sealed, chunk, inputs);   // in the order of the chunks
//
// Threads: `write_chunk` and readers from any thread; a writer belongs to one thread; `record` from
// one thread at a time.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "weir/base/result.h"
#include "weir/base/tables.h"
#include "weir/flow/arena.h"
#include "weir/flow/manifest.h"

namespace weir::spool {

// What a spool is of. A spool with another identity is stale: it is not continued.
struct SpoolIdentity {
  std::string run_id;
  std::string declaration_hash;
  std::string inputs_hash;  // of locations, sizes, times of all inputs, in order
  i32 part = 1;             // of `parts`: --partition
  i32 parts = 1;
  Tables tables;
};

struct SealedChunk {
  i64 number = 0;
  std::string file;  // name within the folder
  i64 bytes = 0;
  i64 parts = 0;
  i64 records = 0;
  i64 rejects = 0;
};

class ChunkWriter {
 public:
  virtual ~ChunkWriter() = default;
  // Appends one part, compressed. The batches are not needed afterwards.
  // Errors: io  the disk is full or broken; the message names the file.
  virtual Result<void> add(const ChunkBatches& part) = 0;
  // Nothing may be added afterwards. Without it, the temporary file is removed.
  virtual Result<SealedChunk> seal() = 0;
};

// One batch read back: the view and what it lies in.
class BlockReader {
 public:
  virtual ~BlockReader() = default;
  virtual i64 parts() const = 0;
  // Each call replaces the batch that the call before gave for the same table. Memory: the
  // uncompressed batch, in `arena` of the reader.
  // Errors: corrupt  a checksum does not hold; names file and block.  budget  the arena is full.
  virtual Result<Batch> records(i64 part) = 0;
  virtual Result<Batch> table(i64 part, i32 table) = 0;
  virtual Result<Batch> rejects(i64 part) = 0;
};

class Spool {
 public:
  // Makes the folder and an empty ledger; what an earlier spool left there is removed.
  // Errors: conflict  another process holds it; names it.
  static Result<std::unique_ptr<Spool>> create(const std::filesystem::path& dir,
                                               const SpoolIdentity& identity);
  // Errors: not_found  no spool there.  corrupt  the ledger cannot be read.
  static Result<std::unique_ptr<Spool>> open(const std::filesystem::path& dir);

  virtual ~Spool() = default;
  virtual const SpoolIdentity& identity() const = 0;
  virtual const std::filesystem::path& folder() const = 0;

  virtual Result<std::unique_ptr<ChunkWriter>> write_chunk(i64 number) = 0;
  // One transaction, synced: the chunk, and the inputs as they stand after it.
  virtual Result<void> record(const SealedChunk& sealed, const flow::ChunkRow& chunk,
                              const std::vector<flow::InputRow>& inputs) = 0;
  // All input is read: the spool may be promoted.
  virtual Result<void> complete() = 0;
  virtual bool is_complete() const = 0;

  virtual const std::vector<SealedChunk>& chunks() const = 0;
  virtual Result<std::vector<flow::ChunkRow>> chunk_rows() const = 0;
  virtual Result<std::vector<flow::InputRow>> inputs() const = 0;
  virtual Result<std::unique_ptr<BlockReader>> read(const SealedChunk& chunk,
                                                    flow::Arena& arena) const = 0;
  // Removes the folder and all in it; nothing may be called afterwards.
  virtual Result<void> remove() = 0;
};

}  // namespace weir::spool
