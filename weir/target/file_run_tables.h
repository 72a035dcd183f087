// The manifest tables of a run, as files of the target's own format in `_weir/RUN/`: weir_input,
// weir_chunk, weir_reject, and weir_version (keys and versions of all records, ascending).
//
// Threads: one at a time.
#pragma once

#include <functional>

#include "weir/flow/batch_builder.h"
#include "weir/spool/winners.h"
#include "weir/target/file_folder.h"
#include "weir/target/file_format.h"

namespace weir::target {

// Writes the rows of one such table, a few thousand at a time.
class RunTableWriter {
 public:
  static Result<RunTableWriter> create(const FileFormat& format, const FileFolder& folder,
                                       std::string_view run, std::string_view table,
                                       const Schema& schema);

  // Adds a row, by a function that appends its values and says whether all had room.
  // Errors: io; budget  a row does not fit.
  Result<void> add(const std::function<bool(flow::BatchBuilder&)>& append_row);
  Result<void> add_batch(const Batch& batch) { return writer_->append(batch); }
  Result<TableFile> finish();

 private:
  RunTableWriter(std::unique_ptr<TableWriter> writer, const Schema& schema, std::string file);
  Result<void> write_rows();

  std::unique_ptr<TableWriter> writer_;
  std::string file_;
  std::unique_ptr<flow::Arena> arena_;
  std::unique_ptr<flow::BatchBuilder> rows_;
};

Result<TableFile> write_inputs(const FileFormat& format, const FileFolder& folder,
                               std::string_view run, const std::vector<flow::InputRow>& inputs);
Result<TableFile> write_chunks(const FileFormat& format, const FileFolder& folder,
                               std::string_view run, const std::vector<flow::ChunkRow>& chunks);
// The rejects of all inputs of the spools that did not fail.
Result<TableFile> write_rejects(const FileFormat& format, const FileFolder& folder,
                                std::string_view run, const std::vector<spool::Spool*>& spools,
                                flow::Arena& arena);
Result<TableFile> write_versions(const FileFormat& format, const FileFolder& folder,
                                 std::string_view run, const spool::KnownVersions& versions);

Result<std::vector<flow::InputRow>> read_inputs(const FileFormat& format, const FileFolder& folder,
                                                const TableFile& file);
Result<void> read_rejects(const FileFormat& format, const FileFolder& folder, const TableFile& file,
                          const std::function<Result<void>(const flow::RejectRow&)>& sink);
// The versions of the file, one a call; none without a file.
Result<spool::KnownVersions> read_versions(const FileFormat& format, const FileFolder& folder,
                                           const std::optional<TableFile>& file);

}  // namespace weir::target
