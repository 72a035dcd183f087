#include "weir/target/s3_uploads.h"

#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <vector>

#include "weir/spool/file.h"

namespace weir::target {

namespace {

using store::S3Client;
using store::S3Place;

constexpr i64 most_buffers = 4;
constexpr i64 most_parts = 10'000;  // of an object, by the protocol

using Buffer = std::unique_ptr<std::byte[]>;

// An object that is being uploaded; by the mutex of the pool.
struct Upload {
  S3Place place;
  std::string id;  // empty: no part has been sent
  std::vector<std::string> etags;
  i64 in_flight = 0;
  std::optional<Error> error;  // of a part
};

struct Flight {
  Upload* upload = nullptr;
  i64 number = 0;
  Buffer buffer;
  std::unique_ptr<store::HttpCall> call;  // last: it ends before its buffer
};

// The buffers, and the parts that are under way. A thread that wants a buffer ends the oldest
// flight, whosever it is.
class UploadPool final : public S3Uploads, public std::enable_shared_from_this<UploadPool> {
 public:
  UploadPool(std::shared_ptr<S3Client> client, i64 buffers)
      : client_(std::move(client)), buffers_(buffers) {}

  Result<std::unique_ptr<OutputFile>> create_object(const S3Place& place,
                                                    const std::filesystem::path& scratch) override;
  i64 buffer_bytes() const override { return buffers_ * s3_part_bytes; }

  S3Client& client() { return *client_; }

  Buffer take_buffer() {
    std::unique_lock lock(mutex_);
    while (used_ == buffers_)
      if (!end_one(lock, nullptr)) changed_.wait(lock);
    ++used_;
    lock.unlock();
    return std::make_unique_for_overwrite<std::byte[]>(static_cast<std::size_t>(s3_part_bytes));
  }

  void give_back(Buffer buffer) {
    buffer.reset();
    const std::scoped_lock lock(mutex_);
    --used_;
    changed_.notify_all();
  }

  void send(Upload& upload, i64 number, Buffer buffer, i64 bytes) {
    const std::string_view part(reinterpret_cast<const char*>(buffer.get()),
                                static_cast<std::size_t>(bytes));
    auto call = client_->start_part(upload.place, upload.id, number, part);
    const std::scoped_lock lock(mutex_);
    ++upload.in_flight;
    upload.etags.resize(static_cast<std::size_t>(number));
    flights_.push_back({&upload, number, std::move(buffer), std::move(call)});
    changed_.notify_all();
  }

  // Until no part of it is under way. The error of one of its parts.
  Result<void> settle(Upload& upload) {
    std::unique_lock lock(mutex_);
    while (upload.in_flight > 0)
      if (!end_one(lock, &upload)) changed_.wait(lock);
    if (upload.error) return *upload.error;
    return {};
  }

  std::optional<Error> error_of(const Upload& upload) {
    const std::scoped_lock lock(mutex_);
    return upload.error;
  }

 private:
  // Ends the oldest flight, of `upload` where one is named; false where there is none.
  bool end_one(std::unique_lock<std::mutex>& lock, const Upload* upload) {
    const auto oldest = std::ranges::find_if(flights_, [&](const Flight& flight) {
      return upload == nullptr || flight.upload == upload;
    });
    if (oldest == flights_.end()) return false;
    Flight flight = std::move(*oldest);
    flights_.erase(oldest);
    lock.unlock();
    auto etag = client_->end_part(flight.upload->place, *flight.call);
    flight.call.reset();
    flight.buffer.reset();
    lock.lock();
    if (etag)
      flight.upload->etags[static_cast<std::size_t>(flight.number - 1)] = *std::move(etag);
    else
      flight.upload->error = std::move(etag).error();
    --flight.upload->in_flight;
    --used_;
    changed_.notify_all();
    return true;
  }

  const std::shared_ptr<S3Client> client_;
  const i64 buffers_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Flight> flights_;  // by mutex_, as used_; the oldest first
  i64 used_ = 0;
};

class ObjectFile final : public OutputFile {
 public:
  ObjectFile(std::shared_ptr<UploadPool> pool, S3Place place, spool::File scratch)
      : OutputFile(place.url()), pool_(std::move(pool)), scratch_(std::move(scratch)) {
    upload_.place = std::move(place);
  }

  ~ObjectFile() override {
    static_cast<void>(pool_->settle(upload_));
    if (!upload_.id.empty() && !is_finished_)
      static_cast<void>(pool_->client().abort_upload(upload_.place, upload_.id));
  }

  Result<void> write(std::string_view bytes) override {
    while (!bytes.empty()) {
      if (filled_ == s3_part_bytes) WEIR_TRY(send_part());
      const std::string_view taken =
          bytes.substr(0, static_cast<std::size_t>(s3_part_bytes - filled_));
      WEIR_TRY(scratch_.write_at(filled_, std::as_bytes(std::span(taken))));
      filled_ += std::ssize(taken);
      bytes_ += std::ssize(taken);
      bytes.remove_prefix(taken.size());
    }
    return {};
  }

  Result<void> finish() override {
    WEIR_TRY(upload_.id.empty() ? put_whole() : complete());
    is_finished_ = true;
    scratch_.close();
    return {};
  }

 private:
  Result<Buffer> read_part() {
    Buffer buffer = pool_->take_buffer();
    auto read = scratch_.read_at(0, {buffer.get(), static_cast<std::size_t>(filled_)});
    if (read) return buffer;
    pool_->give_back(std::move(buffer));
    return std::move(read).error();
  }

  Result<void> send_part() {
    if (const auto error = pool_->error_of(upload_)) return *error;
    if (parts_ == most_parts)
      return Error(ErrorCode::too_large,
                   fmt::format("{}: it has more than {} bytes, the most that an object takes in "
                               "parts; a target of Parquet has several files a table",
                               name(), most_parts * s3_part_bytes));
    if (upload_.id.empty()) {
      WEIR_ASSIGN(upload_.id, pool_->client().begin_upload(upload_.place));
    }
    WEIR_ASSIGN(Buffer buffer, read_part());
    pool_->send(upload_, ++parts_, std::move(buffer), filled_);
    filled_ = 0;
    return {};
  }

  Result<void> put_whole() {
    WEIR_ASSIGN(Buffer buffer, read_part());
    const auto put = pool_->client().put(
        upload_.place,
        {reinterpret_cast<const char*>(buffer.get()), static_cast<std::size_t>(filled_)});
    pool_->give_back(std::move(buffer));
    if (!put) return put.error();
    return {};
  }

  Result<void> complete() {
    WEIR_TRY(send_part());
    WEIR_TRY(pool_->settle(upload_));
    return pool_->client().complete_upload(upload_.place, upload_.id, upload_.etags, bytes_);
  }

  const std::shared_ptr<UploadPool> pool_;
  spool::File scratch_;
  i64 filled_ = 0;  // of the part in scratch_
  i64 parts_ = 0;   // sent
  Upload upload_;
  bool is_finished_ = false;
};

Result<std::unique_ptr<OutputFile>> UploadPool::create_object(
    const S3Place& place, const std::filesystem::path& scratch) {
  WEIR_ASSIGN(spool::File file, spool::File::create_scratch(scratch));
  return std::unique_ptr<OutputFile>(
      std::make_unique<ObjectFile>(shared_from_this(), place, std::move(file)));
}

}  // namespace

std::shared_ptr<S3Uploads> S3Uploads::create(std::shared_ptr<S3Client> client, i64 memory_bytes) {
  const i64 buffers = std::clamp<i64>(memory_bytes / s3_part_bytes, 1, most_buffers);
  return std::make_shared<UploadPool>(std::move(client), buffers);
}

}  // namespace weir::target
