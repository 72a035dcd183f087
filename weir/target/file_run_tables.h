// The manifest tables of a run, as files of the target's own format in `_weir/RUN/`: weir_input,
// weir_chunk, weir_reject, and weir_version (keys and versions of all records, ascending).
//
// Threads: one at a time.
#pragma once

#include <functional>

#include "weir/spool/winners.h"
#include "weir/target/file_folder.h"
#include "weir/target/file_format.h"

namespace weir::target {

// Writes `_weir/RUN/TABLE.EXT`. Errors: io; those of `rows`.
Result<TableFile> write_run_table(const FileFormat& format, const FileFolder& folder,
                                  std::string_view run, std::string_view table,
                                  const Schema& schema, const BatchSource& rows);

Result<void> read_run_table(const FileFormat& format, const FileFolder& folder,
                            const TableFile& file, const Schema& schema, const BatchSink& sink);
Result<std::vector<flow::InputRow>> read_inputs(const FileFormat& format, const FileFolder& folder,
                                                const TableFile& file);
Result<void> read_rejects(const FileFormat& format, const FileFolder& folder, const TableFile& file,
                          const std::function<Result<void>(const flow::RejectRow&)>& sink);
// The versions of the file, one a call; none without a file.
Result<spool::KnownVersions> read_versions(const FileFormat& format, const FileFolder& folder,
                                           const std::optional<TableFile>& file);

}  // namespace weir::target
