#include "weir/store/random_access.h"

#include "weir/store/file.h"
#include "weir/store/s3_object.h"

namespace weir::store {

namespace {

class ObjectStream : public ByteStream {
 public:
  explicit ObjectStream(SharedFile object) : object_(std::move(object)) {}

  Result<i64> read(std::span<std::byte> out) override {
    WEIR_ASSIGN(const i64 count, object_->read_at(offset_, out));
    offset_ += count;
    return count;
  }

 private:
  SharedFile object_;
  i64 offset_ = 0;
};

Result<SharedFile> open_object(const std::filesystem::path& url, ReadPattern pattern) {
  WEIR_ASSIGN(const S3Place place, parse_s3_url(url.native()));
  WEIR_ASSIGN(auto client, S3Client::shared());
  return open_s3_object(std::move(client), place, pattern);
}

}  // namespace

Result<SharedFile> open_random_access(const std::filesystem::path& path, ReadPattern pattern,
                                      i64 held_bytes) {
  if (is_s3_url(path.native())) return open_object(path, pattern);
  WEIR_ASSIGN(File file, File::open(path));
  if (held_bytes > 0) WEIR_TRY(file.hold_end(held_bytes));
  return SharedFile(std::make_shared<const File>(std::move(file)));
}

Result<std::unique_ptr<ByteStream>> open_stream(const std::filesystem::path& path) {
  if (!is_s3_url(path.native())) return open_file_stream(path);
  WEIR_ASSIGN(SharedFile object, open_object(path, ReadPattern::front_to_back));
  return std::unique_ptr<ByteStream>(std::make_unique<ObjectStream>(std::move(object)));
}

Result<bool> is_file(const std::filesystem::path& path) {
  if (is_s3_url(path.native())) {
    WEIR_ASSIGN(const S3Place place, parse_s3_url(path.native()));
    WEIR_ASSIGN(const auto client, S3Client::shared());
    const auto found = client->head(place);
    if (!found && found.error().code() != ErrorCode::not_found) return found.error();
    return found.ok();
  }
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  return exists(status) && !is_directory(status);
}

}  // namespace weir::store
