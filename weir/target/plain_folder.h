// PlainFolder: a folder of files that is replaced as a whole. Readers see all files of one version
// or all of the next.
//
// The new version is written beside it, as `FOLDER.weir-new`, and the two are exchanged. A file in
// it, weir_run.txt, says which run it is of; a folder of files without one is not replaced.
//
// Threads: one at a time.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "weir/base/result.h"

namespace weir::target {

class PlainFolder {
 public:
  // Errors: conflict  it holds files that are not Weir's; it is no folder.
  static Result<PlainFolder> open(const std::filesystem::path& folder);

  // The run that the folder is of; empty where nothing is published.
  const std::string& run() const { return run_; }

  // Begins a new version, empty. Returns where its files are to be written.
  Result<std::filesystem::path> begin();
  // Puts the new version, of `run`, in the place of the folder. Its files have been synced.
  Result<void> publish(std::string_view run);
  // Takes away what was begun.
  Result<void> abandon();

 private:
  explicit PlainFolder(std::filesystem::path folder) : folder_(std::move(folder)) {}
  std::filesystem::path beside(std::string_view suffix) const;
  Result<void> recover();
  Result<void> read_run();

  std::filesystem::path folder_;
  std::string run_;
};

}  // namespace weir::target
