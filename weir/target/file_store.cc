#include "weir/target/file_store.h"

#include "weir/store/s3_client.h"
#include "weir/target/local_file_store.h"
#include "weir/target/s3_file_store.h"

namespace weir::target {

Result<std::unique_ptr<FileStore>> open_file_store(const std::string& place, i64 memory_bytes) {
  if (!store::is_s3_url(place))
    return std::unique_ptr<FileStore>(std::make_unique<LocalFileStore>(place));
  WEIR_ASSIGN(store::S3Place at, store::parse_s3_url(place));
  while (at.key.ends_with('/')) at.key.pop_back();
  WEIR_ASSIGN(auto client, store::S3Client::shared());
  return std::unique_ptr<FileStore>(
      std::make_unique<S3FileStore>(std::move(client), std::move(at), memory_bytes));
}

}  // namespace weir::target
