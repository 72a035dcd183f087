// A server of S3 on loopback for tests: versitygw, which checks signatures, over a folder of its
// own.
//
// What it knows of objects is in extended attributes of their files: kept beside them, as it also
// offers, two puts under the same condition can both succeed.
//
// Threads: one at a time.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <memory>
#include <string>

#include "weir/store/s3_client.h"

namespace weir::store {

class S3Server {
 public:
  // Starts one on a free port. A failed expectation says what is missing.
  S3Server();
  S3Server(const S3Server&) = delete;
  S3Server& operator=(const S3Server&) = delete;
  ~S3Server();

  // The one of this process, started when it is first wanted.
  static S3Server& shared();

  const std::string& endpoint() const { return endpoint_; }
  S3Settings settings() const;
  std::shared_ptr<S3Client> client() const;
  // Makes a bucket, and returns its name.
  std::string make_bucket();
  // The variables by which S3Client::shared reaches it.
  void set_environment() const;
  // Its process goes, or comes back on the same port.
  void stop();
  void start();

 private:
  std::filesystem::path folder_;
  std::string endpoint_;
  int port_ = 0;
  pid_t process_ = -1;
  int buckets_ = 0;
};

}  // namespace weir::store
