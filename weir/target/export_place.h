// ExportPlace: where the files of an export go, to be read as a whole: those of one run or those of
// the next.
//
//   a folder         NAME in it; the folder is replaced as a whole (weir/target/plain_folder.h)
//   an s3:// prefix  RUN/NAME below it; `_weir/current.json` names the run and its files, and is
//                    replaced at once. Files of the run before stay, as they may be being read
//
// Threads: one at a time.
#pragma once

#include <memory>
#include <string>

#include "weir/target/file_output.h"

namespace weir::target {

class ExportPlace {
 public:
  virtual ~ExportPlace() = default;

  // Errors: conflict  it holds files that no export wrote, or another export is being written;
  // io; unsupported  the module for S3 is not installed.
  static Result<std::unique_ptr<ExportPlace>> open(const std::string& place, i64 memory_bytes);

  // The run that is published; empty: none.
  virtual const std::string& run() const = 0;

  // Begins the files of a run, in the place of what was begun before.
  virtual Result<void> begin(const std::string& run) = 0;
  virtual Result<std::unique_ptr<OutputFile>> create(const std::string& name) = 0;
  // What was begun is what is read from now on.
  virtual Result<void> publish() = 0;
  // Takes away what was begun.
  virtual Result<void> abandon() = 0;
};

}  // namespace weir::target
