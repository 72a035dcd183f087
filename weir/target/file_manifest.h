// What `_weir/current.json` of a folder holds: which files make the tables, and which runs wrote
// them. The bytes are described in docs/formats/files.md.
//
// Threads: plain values.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "weir/base/result.h"
#include "weir/base/tables.h"
#include "weir/flow/manifest.h"

namespace weir::target {

// A file of a table, of the version that is current.
struct TableFile {
  std::string file;  // path within the folder, parts joined by '/'
  i64 rows = 0;
  i64 bytes = 0;

  friend bool operator==(const TableFile&, const TableFile&) = default;
};

struct FileRun {
  flow::RunRow row;  // without `tables`
  // Of runs that were published: what they read, did and refused.
  std::optional<TableFile> inputs;
  std::optional<TableFile> chunks;
  std::optional<TableFile> rejects;
};

struct FileManifest {
  std::string format;   // name of the FileFormat
  std::string current;  // the run that published last; empty: none has
  Tables tables;
  std::vector<std::vector<TableFile>> files;  // of each table
  std::vector<i64> last_ids;                  // of each table: the greatest surrogate ever given
  std::optional<TableFile> versions;          // keys and versions of all records
  std::vector<FileRun> runs;                  // by start

  FileRun* find_run(std::string_view id);
  const FileRun* find_run(std::string_view id) const;
  // The folder holds rows.
  bool published() const { return !current.empty(); }
};

std::string to_json(const FileManifest& manifest);
// Errors: corrupt  not what to_json wrote; unsupported  written by a later version of Weir.
Result<FileManifest> file_manifest_from_json(std::string_view json);

}  // namespace weir::target
