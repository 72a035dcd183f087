// CSV files of a table, one a run: a line of names, then rows as weir/format/csv_writer.h has them.
//
// Threads: a format from any thread; a writer from several at once; a reader from one at a time.
#pragma once

#include "weir/target/file_format.h"

namespace weir::target {

std::unique_ptr<FileFormat> make_csv_format();

}  // namespace weir::target
