#include "weir/target/export_place.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "weir/base/json_text.h"
#include "weir/target/file_store.h"
#include "weir/target/plain_folder.h"

namespace weir::target {

namespace {

class FolderPlace final : public ExportPlace {
 public:
  explicit FolderPlace(PlainFolder folder) : folder_(std::move(folder)) {}

  const std::string& run() const override { return folder_.run(); }
  Result<void> begin(const std::string& run) override {
    begun_ = run;
    WEIR_ASSIGN(made_, folder_.begin());
    return {};
  }
  Result<std::unique_ptr<OutputFile>> create(const std::string& name) override {
    return create_output_file(made_ / name);
  }
  Result<void> publish() override { return folder_.publish(begun_); }
  Result<void> abandon() override { return folder_.abandon(); }

 private:
  PlainFolder folder_;
  std::string begun_;
  std::filesystem::path made_;
};

class PrefixPlace final : public ExportPlace {
 public:
  explicit PrefixPlace(std::unique_ptr<FileStore> store) : store_(std::move(store)) {}

  Result<void> read() {
    WEIR_TRY(store_->lock());
    WEIR_ASSIGN(auto found, store_->read_current());
    const std::string current = std::move(found).value_or("");
    if (current.empty()) return {};
    // The run is the first text behind the first name.
    constexpr std::string_view begins = "{\"run\":\"";
    if (!current.starts_with(begins))
      return Error(ErrorCode::conflict,
                   fmt::format("{}: it holds files that no export wrote; give a prefix of its own",
                               store_->name_of("")));
    run_ = current.substr(begins.size(), current.find('"', begins.size()) - begins.size());
    return {};
  }

  const std::string& run() const override { return run_; }
  Result<void> begin(const std::string& run) override {
    begun_ = run;
    files_.clear();
    WEIR_TRY(store_->name_run(run));
    WEIR_TRY(store_->remove_unfinished());
    return store_->prepare(run);
  }
  Result<std::unique_ptr<OutputFile>> create(const std::string& name) override {
    files_.push_back(begun_ + "/" + name);
    return store_->create(files_.back());
  }
  Result<void> publish() override;
  Result<void> abandon() override {
    return files_.empty() ? Result<void>() : store_->remove(files_, 0);
  }

 private:
  Result<void> remove_older();

  std::unique_ptr<FileStore> store_;
  std::string run_;
  std::string before_;
  std::string begun_;
  std::vector<std::string> files_;
};

Result<void> PrefixPlace::publish() {
  std::string json = "{\"run\":";
  append_json_string(begun_, json);
  json += ",\"files\":[";
  for (const std::string& file : files_) {
    if (&file != &files_.front()) json += ',';
    append_json_string(file, json);
  }
  WEIR_TRY(store_->replace_current(json + "]}\n"));
  if (run_ != begun_) before_ = std::exchange(run_, begun_);
  files_.clear();
  return remove_older();
}

// All but the files of this run and of the one before.
Result<void> PrefixPlace::remove_older() {
  WEIR_ASSIGN(auto files, store_->list());
  std::erase_if(files, [&](const std::string& file) {
    return file.starts_with(run_ + "/") || file.starts_with("_weir/") ||
           (!before_.empty() && file.starts_with(before_ + "/"));
  });
  return files.empty() ? Result<void>() : store_->remove(files, 0);
}

}  // namespace

Result<std::unique_ptr<ExportPlace>> ExportPlace::open(const std::string& place, i64 memory_bytes) {
  if (!place.starts_with("s3://")) {
    WEIR_ASSIGN(auto folder, PlainFolder::open(place));
    return std::unique_ptr<ExportPlace>(std::make_unique<FolderPlace>(std::move(folder)));
  }
  WEIR_ASSIGN(auto store, open_file_store(place, memory_bytes));
  auto opened = std::make_unique<PrefixPlace>(std::move(store));
  WEIR_TRY(opened->read());
  return std::unique_ptr<ExportPlace>(std::move(opened));
}

}  // namespace weir::target
