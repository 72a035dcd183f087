// The suite of all targets for one of files in an object store.
//
// Threads: one at a time.
#pragma once

#include "weir/store/s3_server_testing.h"
#include "weir/target/target_suite_test.h"

namespace weir::target {

inline const std::string& suite_bucket() {
  static const std::string bucket = [] {
    store::S3Server::shared().set_environment();
    return store::S3Server::shared().make_bucket();
  }();
  return bucket;
}

// The prefix that stands for a path.
inline store::S3Place suite_place(const std::filesystem::path& path) {
  return {suite_bucket(), path.relative_path().string()};
}

inline std::string suite_url(std::string_view scheme, const std::filesystem::path& path) {
  return std::string(scheme) + ":" + suite_place(path).url();
}

inline void remove_from_suite(const std::filesystem::path& path) {
  const auto client = store::S3Server::shared().client();
  std::vector<store::S3Place> places;
  EXPECT_TRUE(client
                  ->list(suite_place(path),
                         [&](const store::S3Object& object) {
                           places.push_back({suite_bucket(), object.key});
                           return Result<void>();
                         })
                  .ok());
  EXPECT_TRUE(client->remove_all(places).ok());
}

}  // namespace weir::target
