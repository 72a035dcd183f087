// ArchiveReader: the documents that a record of an archive source is made of, read from one archive
// after the other into the same bytes.
//
// Of an archive nothing is read but its directory and the members that are documents. A document
// that is damaged, or larger than it may be, is broken; the archive's other documents are not.
//
// Threads: one at a time.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "weir/base/result.h"
#include "weir/extract/plan.h"
#include "weir/extract/record_documents.h"
#include "weir/pipeline/input_set.h"
#include "weir/store/input.h"
#include "weir/store/member_inputs.h"

namespace weir::pipeline {

class ArchiveReader {
 public:
  // `plan` is of an archive source; its globs are good ones, as `weir check` has seen to.
  ArchiveReader(const extract::Plan& plan, store::InputLimits limits);

  // Reads the documents of `input` into `bytes`, which they stay in until the next call. A file
  // that is no archive has none, if a reader may know what to make of it.
  // Errors: those of store::Archive::open; unavailable  the server that has it is gone.
  Result<extract::RecordDocuments> read(const RunInput& input, std::span<std::byte> bytes);

 private:
  const store::Member* find(const store::Archive& archive, std::size_t document) const;
  extract::DocumentBytes read_document(const store::Archive& archive, std::size_t document);
  extract::DocumentBytes broken(const Error& error);
  extract::DocumentBytes take(std::unique_ptr<ByteStream> stream, std::size_t document);

  const extract::Plan& plan_;
  const store::InputLimits limits_;
  std::vector<store::MemberPatterns> members_;  // of each document
  bool has_readers_ = false;
  std::unique_ptr<store::Archive> archive_;
  std::optional<Error> lost_;  // no document can be read any more
  std::span<std::byte> free_;  // of the bytes, what is not in use yet
};

}  // namespace weir::pipeline
