// A prefix of an object store. What differs from a folder:
//
//   _weir/lock        a lease, see s3_lease.h; it stays when it is given back
//   RUN/TABLE...      tables of a run are here before it is published, as there is no rename; only
//                     `current.json` tells which are the tables
//   readers           hold nothing: files that are no longer current stay for an hour
//
// Threads: as FileStore.
#pragma once

#include "weir/store/s3_client.h"
#include "weir/target/file_store.h"
#include "weir/target/s3_lease.h"
#include "weir/target/s3_uploads.h"

namespace weir::target {

class S3FileStore final : public FileStore {
 public:
  S3FileStore(std::shared_ptr<store::S3Client> client, store::S3Place place, i64 memory_bytes)
      : client_(std::move(client)),
        place_(std::move(place)),
        uploads_(S3Uploads::create(client_, memory_bytes / 4)) {}

  std::string name_of(std::string_view file) const override;
  Result<std::unique_ptr<OutputFile>> create(const std::string& file) override;
  Result<store::SharedFile> open(const std::string& file,
                                 store::ReadPattern pattern) const override;
  Result<std::vector<std::string>> list() override;
  Result<void> remove(const std::vector<std::string>& paths, i64 unnamed_since_us) override;
  Result<void> remove_unfinished() override;

  // What an earlier attempt of the run left has been removed when it began.
  Result<void> prepare(const std::string&) override { return {}; }
  std::string tables_of(const std::string& run) const override { return run; }
  Result<void> settle(const std::string&) override { return {}; }
  // The server may have replaced it all the same: the next run knows.
  void unsettle(const std::string&) override {}

  Result<std::optional<std::string>> read_current() override;
  Result<void> replace_current(std::string_view json) override;

  Result<void> lock() override;
  Result<void> name_run(const std::string& run) override { return lease_->name_run(run); }
  Result<bool> is_being_written() override;
  Result<void> hold_for_reading() override { return {}; }

  std::filesystem::path spool_folder() const override;
  void use_scratch(const std::filesystem::path& folder) override { scratch_ = folder; }
  i64 write_bytes() const override { return uploads_->buffer_bytes(); }

 private:
  store::S3Place below(std::string_view file) const { return place_.below(file); }

  const std::shared_ptr<store::S3Client> client_;
  const store::S3Place place_;
  const std::shared_ptr<S3Uploads> uploads_;
  std::filesystem::path scratch_;
  std::string current_etag_;  // empty: there is none
  std::unique_ptr<S3Lease> lease_;
};

}  // namespace weir::target
