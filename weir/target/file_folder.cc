#include "weir/target/file_folder.h"

#include <fmt/format.h>

#include <map>

namespace weir::target {

Result<std::unique_ptr<FileFolder>> FileFolder::open(std::unique_ptr<FileStore> store,
                                                     std::string_view format, Access access) {
  std::unique_ptr<FileFolder> opened(new FileFolder(std::move(store)));
  if (access == Access::write) WEIR_TRY(opened->store_->lock());
  WEIR_TRY(opened->load(format, access == Access::read));
  return opened;
}

Result<void> FileFolder::load(std::string_view format, bool reads) {
  WEIR_ASSIGN(auto json, store_->read_current());
  if (!json) {
    manifest_.format = format;
    if (!reads) return {};
    return Error(ErrorCode::not_found,
                 fmt::format("{}: no run of Weir has written there ({} is not there)", name(),
                             store_->name_of("_weir/current.json")));
  }
  if (reads) {
    WEIR_TRY(store_->hold_for_reading());
    WEIR_ASSIGN(json, store_->read_current());  // as it is from now on
    if (!json) return Error(ErrorCode::not_found, name() + ": it is being removed");
  }
  auto manifest = file_manifest_from_json(*json);
  if (!manifest) return std::move(manifest).error().context(store_->name_of("_weir/current.json"));
  manifest_ = *std::move(manifest);
  if (manifest_.format == format) return {};
  return Error(ErrorCode::usage, fmt::format("{} holds {} files: open it as {}:{}", name(),
                                             manifest_.format, manifest_.format, name()));
}

Result<std::unique_ptr<TableWriter>> FileFolder::write(const FileFormat& format,
                                                       const std::string& file,
                                                       const Schema& schema) const {
  WEIR_ASSIGN(auto output, store_->create(file));
  return format.write(std::move(output), schema);
}

Result<std::unique_ptr<TableReader>> FileFolder::read(const FileFormat& format,
                                                      const TableFile& file, const Schema& schema,
                                                      const std::vector<i32>& columns,
                                                      i64 batch_rows) const {
  WEIR_ASSIGN(auto input, store_->open(file.file, format.read_pattern()));
  return format.read(std::move(input), schema, columns, batch_rows);
}

Result<void> FileFolder::replace(FileManifest next) {
  auto replaced = store_->replace_current(to_json(next));
  if (replaced.ok() || store_->is_replaced()) manifest_ = std::move(next);
  return replaced;
}

// A folder is current as long as a file in it is.
bool FileFolder::is_current(std::string_view path) const {
  const std::string folder = std::string(path) + "/";
  for (const auto& files : manifest_.files)
    for (const TableFile& current : files)
      if (current.file == path || current.file.starts_with(folder)) return true;
  for (const FileRun& run : manifest_.runs)
    for (const auto& kept : {run.inputs, run.chunks, run.rejects})
      if (kept && kept->file == path) return true;
  return manifest_.versions && manifest_.versions->file == path;
}

// Of a run that was published, files go that are no longer current; of one that was not, everything
// does. What no run of the manifest wrote is left alone.
Result<void> FileFolder::remove_leftovers() {
  WEIR_TRY(store_->remove_unfinished());
  std::map<std::string_view, bool> is_done;
  for (const FileRun& run : manifest_.runs)
    is_done[run.row.id] = run.row.status == flow::RunStatus::done;
  const FileRun* current = manifest_.find_run(manifest_.current);

  WEIR_ASSIGN(const auto paths, store_->list());
  std::vector<std::string> never_read, read_before;
  for (const std::string& path : paths) {
    constexpr std::string_view state = "_weir/";
    std::string_view rest = path;
    const bool is_state = rest.starts_with(state);
    if (is_state) rest.remove_prefix(state.size());
    const std::string_view run = rest.substr(0, rest.find('/'));
    rest.remove_prefix(std::min(run.size() + 1, rest.size()));
    const auto known = is_done.find(run);
    if (known == is_done.end()) continue;
    // The folder of what is kept of a run stays with it.
    const bool is_kept = is_state && known->second && rest.empty();
    if (is_kept || is_current(path)) continue;
    (known->second ? read_before : never_read).push_back(path);
  }
  WEIR_TRY(store_->remove(never_read, 0));
  return store_->remove(read_before, current == nullptr ? 0 : current->row.finished_us);
}

}  // namespace weir::target
