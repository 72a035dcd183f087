#include "weir/target/file_manifest.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>

#include "weir/base/json_text.h"

namespace weir::target {
namespace {

// Raised when a member is added or changes its meaning.
constexpr i64 json_version = 1;

using simdjson::dom::element;

std::string json_string(std::string_view text) {
  std::string out;
  append_json_string(text, out);
  return out;
}

std::string file_json(const TableFile& file) {
  return fmt::format(R"({{"file":{},"rows":{},"bytes":{}}})", json_string(file.file), file.rows,
                     file.bytes);
}

void append_optional_file(std::string_view name, const std::optional<TableFile>& file,
                          std::string& out) {
  if (file) out += fmt::format(",\"{}\":{}", name, file_json(*file));
}

std::string run_json(const FileRun& run) {
  const flow::RunRow& row = run.row;
  std::string out = fmt::format(
      R"({{"id":{},"command_line":{},"version":{},"declaration_hash":{},"started_us":{},)"
      R"("finished_us":{},"status":"{}","step":{},"created":{},"updated":{},"unchanged":{},"deleted":{},)"
      R"("rejected":{},"peak_bytes":{},"seconds":{})",
      json_string(row.id), json_string(row.command_line), json_string(row.version),
      json_string(row.declaration_hash), row.started_us, row.finished_us,
      flow::to_string(row.status), json_string(row.step), row.counts.created, row.counts.updated,
      row.counts.unchanged, row.counts.deleted, row.counts.rejected, row.peak_bytes, row.seconds);
  append_optional_file("inputs", run.inputs, out);
  append_optional_file("chunks", run.chunks, out);
  append_optional_file("rejects", run.rejects, out);
  return out + "}";
}

std::string table_json(std::string_view name, const std::vector<TableFile>& files, i64 last_id) {
  std::string list;
  for (const TableFile& file : files) list += (list.empty() ? "" : ",\n  ") + file_json(file);
  return fmt::format(R"({}:{{"last_id":{},"files":[{}]}})", json_string(name), last_id, list);
}

// Reads members of one JSON object; the first that is missing or of another type is remembered.
class Members {
 public:
  explicit Members(element object) : object_(object) {}

  std::string text(const char* name) {
    std::string_view value;
    note(name, object_[name].get(value));
    return std::string(value);
  }
  std::string optional_text(const char* name) {
    std::string_view value;
    return object_[name].get(value) == simdjson::SUCCESS ? std::string(value) : std::string();
  }
  i64 number(const char* name) {
    i64 value = 0;
    note(name, object_[name].get(value));
    return value;
  }
  double real(const char* name) {
    double value = 0;
    note(name, object_[name].get(value));
    return value;
  }
  element object(const char* name) {
    element value;
    note(name, object_[name].get(value));
    return value;
  }
  simdjson::dom::array list(const char* name) {
    simdjson::dom::array value;
    note(name, object_[name].get(value));
    return value;
  }
  // Nothing where the member is not there.
  std::optional<TableFile> optional_file(const char* name) {
    element value;
    if (object_[name].get(value) != simdjson::SUCCESS) return {};
    return file(value);
  }
  TableFile file(element value) {
    Members members(value);
    TableFile read{members.text("file"), members.number("rows"), members.number("bytes")};
    if (missing_.empty()) missing_ = members.missing_;
    return read;
  }
  const std::string& missing() const { return missing_; }
  void miss(std::string_view name) {
    if (missing_.empty()) missing_ = name;
  }

 private:
  void note(const char* name, simdjson::error_code error) {
    if (error != simdjson::SUCCESS) miss(name);
  }

  element object_;
  std::string missing_;
};

flow::RunStatus parse_status(std::string_view name, Members& members) {
  using enum flow::RunStatus;
  for (flow::RunStatus status : {running, done, failed, interrupted})
    if (flow::to_string(status) == name) return status;
  members.miss("status");
  return failed;
}

FileRun read_run(Members& members) {
  FileRun run;
  run.row = {.id = members.text("id"),
             .command_line = members.text("command_line"),
             .version = members.text("version"),
             .declaration_hash = members.text("declaration_hash"),
             .started_us = members.number("started_us"),
             .finished_us = members.number("finished_us"),
             .status = parse_status(members.text("status"), members),
             .step = members.optional_text("step"),
             .counts = {.created = members.number("created"),
                        .updated = members.number("updated"),
                        .unchanged = members.number("unchanged"),
                        .deleted = members.number("deleted"),
                        .rejected = members.number("rejected")},
             .peak_bytes = members.number("peak_bytes"),
             .seconds = members.real("seconds")};
  run.inputs = members.optional_file("inputs");
  run.chunks = members.optional_file("chunks");
  run.rejects = members.optional_file("rejects");
  return run;
}

Error not_ours(std::string_view member) {
  return Error(ErrorCode::corrupt, fmt::format("\"{}\" is missing or of a wrong type", member));
}

// The tables, and the files of each.
Result<void> read_tables(Members& root, FileManifest& manifest) {
  WEIR_ASSIGN(manifest.tables, tables_from_json(simdjson::minify(root.object("tables"))));
  const element files = root.object("files");
  if (!root.missing().empty()) return not_ours(root.missing());
  for (const Table& table : manifest.tables.tables) {
    element entry;
    if (files[table.name].get(entry) != simdjson::SUCCESS) return not_ours("files." + table.name);
    Members members(entry);
    manifest.last_ids.push_back(members.number("last_id"));
    auto& list = manifest.files.emplace_back();
    for (element file : members.list("files")) list.push_back(members.file(file));
    if (!members.missing().empty()) return not_ours(members.missing());
  }
  return {};
}

}  // namespace

const FileRun* FileManifest::find_run(std::string_view id) const {
  const auto found = std::ranges::find(
      runs, id, [](const FileRun& run) -> std::string_view { return run.row.id; });
  return found == runs.end() ? nullptr : &*found;
}

FileRun* FileManifest::find_run(std::string_view id) {
  return const_cast<FileRun*>(std::as_const(*this).find_run(id));
}

std::string to_json(const FileManifest& manifest) {
  std::string tables;
  for (std::size_t i = 0; i < manifest.tables.tables.size(); ++i) {
    if (i > 0) tables += ",\n ";
    tables += table_json(manifest.tables.tables[i].name, manifest.files[i], manifest.last_ids[i]);
  }
  std::string runs;
  for (const FileRun& run : manifest.runs) runs += (runs.empty() ? "" : ",\n ") + run_json(run);
  std::string out = fmt::format(
      "{{\"weir\":{},\n\"format\":{},\n\"current\":{},\n\"tables\":{},\n\"files\":{{\n {}}}",
      json_version, json_string(manifest.format), json_string(manifest.current),
      weir::to_json(manifest.tables), tables);
  append_optional_file("versions", manifest.versions, out);
  out += fmt::format(",\n\"runs\":[\n {}]}}\n", runs);
  return out;
}

Result<FileManifest> file_manifest_from_json(std::string_view json) {
  simdjson::dom::parser parser;
  element document;
  if (const auto error = parser.parse(json.data(), json.size()).get(document))
    return Error(ErrorCode::corrupt, simdjson::error_message(error));
  Members root(document);
  const i64 version = root.number("weir");
  if (version > json_version)
    return Error(ErrorCode::unsupported,
                 fmt::format("written by a later version of Weir (layout {}, this one reads {})",
                             version, json_version));
  FileManifest manifest;
  manifest.format = root.text("format");
  manifest.current = root.text("current");
  manifest.versions = root.optional_file("versions");
  WEIR_TRY(read_tables(root, manifest));
  for (element entry : root.list("runs")) {
    Members members(entry);
    manifest.runs.push_back(read_run(members));
    if (!members.missing().empty()) return not_ours("runs: " + members.missing());
  }
  if (!root.missing().empty()) return not_ours(root.missing());
  return manifest;
}

}  // namespace weir::target
