#include "weir/target/s3_file_store.h"

#include <fmt/format.h>

#include "weir/base/time.h"
#include "weir/store/s3_object.h"
#include "weir/target/spool_place.h"

namespace weir::target {

namespace {

constexpr std::string_view current = "_weir/current.json";
constexpr i64 max_current_bytes = 256 * MiB;
constexpr i64 reading_us = 3600 * microseconds_per_second;

}  // namespace

std::string S3FileStore::name_of(std::string_view file) const {
  if (!file.empty()) return below(file).url();
  std::string name = place_.url();
  while (name.ends_with('/')) name.pop_back();
  return name;
}

Result<std::unique_ptr<OutputFile>> S3FileStore::create(const std::string& file) {
  return uploads_->create_object(below(file), scratch_);
}

Result<store::SharedFile> S3FileStore::open(const std::string& file,
                                            store::ReadPattern pattern) const {
  return store::open_s3_object(client_, below(file), pattern);
}

Result<std::vector<std::string>> S3FileStore::list() {
  const store::S3Place folder = below("");
  std::vector<std::string> files;
  WEIR_TRY(client_->list(folder, [&](const store::S3Object& object) {
    files.push_back(object.key.substr(folder.key.size()));
    return Result<void>();
  }));
  return files;
}

Result<void> S3FileStore::remove(const std::vector<std::string>& paths, i64 unnamed_since_us) {
  if (unnamed_since_us > 0 && now_microseconds() - unnamed_since_us < reading_us) return {};
  std::vector<store::S3Place> places;
  for (const std::string& path : paths) places.push_back(below(path));
  return client_->remove_all(places);
}

// The lease is held, and no run of this process writes: nobody does.
Result<void> S3FileStore::remove_unfinished() {
  WEIR_ASSIGN(const auto uploads, client_->uploads(below("")));
  for (const store::S3Upload& upload : uploads)
    WEIR_TRY(client_->abort_upload({place_.bucket, upload.key}, upload.id));
  return {};
}

Result<std::optional<std::string>> S3FileStore::read_current() {
  WEIR_ASSIGN(auto found, client_->find(below(current), max_current_bytes));
  current_etag_ = found ? found->etag : "";
  if (!found) return std::optional<std::string>();
  return std::optional(std::move(found->text));
}

Result<void> S3FileStore::replace_current(std::string_view json) {
  auto put = client_->put(below(current), json,
                          {.is_absent = current_etag_.empty(), .etag = current_etag_});
  if (put) {
    current_etag_ = *std::move(put);
    return {};
  }
  if (put.error().code() != ErrorCode::conflict) return std::move(put).error();
  return Error(ErrorCode::conflict,
               fmt::format("{}: another run has taken the target over since this one began; "
                           "nothing of this one was published; run it again",
                           name_of("")));
}

Result<void> S3FileStore::lock() {
  auto lease = S3Lease::take(client_, below("_weir/lock"));
  if (!lease) return std::move(lease).error().context(name_of(""));
  lease_ = *std::move(lease);
  return {};
}

Result<bool> S3FileStore::is_being_written() {
  return S3Lease::is_held(*client_, below("_weir/lock"));
}

std::filesystem::path S3FileStore::spool_folder() const { return spool_folder_for(name_of("")); }

}  // namespace weir::target
