// What tests of file targets share: a spool in memory, and the tables of a small library.
//
// Threads: one at a time; readers of the spool from any.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "weir/flow/batch_builder.h"
#include "weir/target/target.h"

namespace weir::target {

struct Chapter {
  std::string name;
  std::vector<std::string> notes;
};

struct Book {
  std::string isbn;
  std::string title;
  std::vector<Chapter> chapters;
  i64 version = 0;
  bool deleted = false;
};

// book(isbn, title, pages), chapter(isbn, n, name) by the record's key; or, `numbered`,
// book(book_id, isbn, title, pages), chapter(book_id, chapter_id, n, name) and
// note(book_id, chapter_id, text) by surrogates.
Tables library_tables(WriteMode write, bool numbered);

// A spool whose chunks are in memory.
class MemorySpool : public spool::Spool {
 public:
  MemorySpool(Tables tables, std::filesystem::path folder);

  // A chunk, each list a part of it; a book whose title is empty is a reject.
  void add_chunk(const std::vector<std::vector<Book>>& parts);

  const spool::SpoolIdentity& identity() const override { return identity_; }
  const std::filesystem::path& folder() const override { return folder_; }
  Result<std::unique_ptr<spool::ChunkWriter>> write_chunk(i64 number) override;
  Result<void> record(const spool::SealedChunk& sealed, const flow::ChunkRow& chunk,
                      const std::vector<flow::InputRow>& inputs) override;
  Result<void> complete() override { return {}; }
  bool is_complete() const override { return true; }
  const std::vector<spool::SealedChunk>& chunks() const override { return chunks_; }
  Result<std::vector<flow::ChunkRow>> chunk_rows() const override;
  Result<std::vector<flow::InputRow>> inputs() const override;
  Result<std::unique_ptr<spool::BlockReader>> read(const spool::SealedChunk& chunk,
                                                   flow::Arena& arena) const override;
  Result<void> remove() override { return {}; }

 private:
  struct Part;
  class Reader;
  void add_book(Part& part, const Book& book, i64 row);

  spool::SpoolIdentity identity_;
  std::filesystem::path folder_;
  std::vector<spool::SealedChunk> chunks_;
  std::vector<std::vector<std::shared_ptr<Part>>> parts_;  // of each chunk
  i64 rows_ = 0;
};

// A folder of its own under the system's temporary one, removed at the end.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// One text a row, columns joined by '|', null as "-"; sorted.
std::vector<std::string> rows_of(const Batch& batch);
std::vector<std::string> scan_rows(Target& target, std::string_view table,
                                   const ScanOptions& options = {});

}  // namespace weir::target
