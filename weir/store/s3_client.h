// S3Client: the operations of an object store that Weir needs, over HttpClient.
//
// Requests are signed by Signature Version 4, without a hash of the body. What may pass
// (connections, 429, 5xx) was tried again before an error is told; an error tells the server's code
// and message, and what to look at. Messages name objects by their s3:// URL.
//
// Threads: all functions from any thread.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "weir/store/http_client.h"
#include "weir/store/s3_answers.h"
#include "weir/store/s3_settings.h"

namespace weir::store {

// What must hold of the object that a put replaces.
struct S3Condition {
  bool is_absent = false;  // there is none
  std::string etag;        // it has this ETag; empty: anything
};

// A small object, and its times by the server's clock.
struct S3Text {
  std::string text;
  std::string etag;
  i64 modified_us = 0;
  i64 now_us = 0;
};

class S3Client {
 public:
  // Errors: unsupported  the HTTP module is not installed;  io.
  static Result<std::shared_ptr<S3Client>> create(S3Settings settings);
  // The client of this process, made by the environment when it is first wanted.
  // Errors: also usage  as S3Settings::from_environment.
  static Result<std::shared_ptr<S3Client>> shared();

  // Calls with the objects whose keys begin with that of `prefix`, in byte order of keys.
  // Errors, here and below: not_found    no such bucket or object
  //                         unavailable  the server is not reached, or refuses whoever asks
  //                         io           it refuses this
  Result<void> list(const S3Place& prefix,
                    const std::function<Result<void>(const S3Object&)>& sink);
  Result<S3Object> head(const S3Place& place);
  // A small object; nothing where there is none in the bucket.
  // Errors: also too_large  it has more than `max_bytes`.
  Result<std::optional<S3Text>> find(const S3Place& place, i64 max_bytes);

  // A range of an object that still has `etag`; `out` is borrowed until the call has ended.
  std::unique_ptr<HttpCall> start_get(const S3Place& place, const std::string& etag, i64 offset,
                                      std::span<std::byte> out);
  // Its end. Errors: also conflict  the object has changed;  corrupt  fewer bytes came.
  Result<void> end_get(const S3Place& place, HttpCall& call, i64 bytes);

  // Puts an object of `bytes` there at once, and returns its ETag.
  // Errors: also conflict  the condition does not hold.
  Result<std::string> put(const S3Place& place, std::string_view bytes,
                          const S3Condition& condition = {});
  // What is not there is no error.
  Result<void> remove_all(const std::vector<S3Place>& places);

  // A put in parts of at least 5 MiB each but the last, numbered from 1. Nothing is there before
  // its completion.
  Result<std::string> begin_upload(const S3Place& place);
  std::unique_ptr<HttpCall> start_part(const S3Place& place, const std::string& id, i64 number,
                                       std::string_view bytes);
  // Returns the part's ETag.
  Result<std::string> end_part(const S3Place& place, HttpCall& call);
  // `etags` of all parts in order, `bytes` of all together.
  Result<void> complete_upload(const S3Place& place, const std::string& id,
                               const std::vector<std::string>& etags, i64 bytes);
  // One that is not there is no error.
  Result<void> abort_upload(const S3Place& place, const std::string& id);
  // Uploads below `prefix` that were begun and have no end.
  Result<std::vector<S3Upload>> uploads(const S3Place& prefix);

 private:
  S3Client(S3Settings settings, std::unique_ptr<HttpClient> http)
      : settings_(std::move(settings)), http_(std::move(http)) {}

  HttpRequest request(std::string method, const S3Place& place, std::string_view query = "") const;
  Result<HttpResponse> send(const HttpRequest& request);
  Result<std::string> settle_put(const S3Place& place, std::string_view bytes, Error conflict);
  Error reason_of(const S3Place& place, const HttpResponse& response);
  Result<bool> was_completed(const S3Place& place, i64 bytes);

  const S3Settings settings_;
  const std::unique_ptr<HttpClient> http_;
};

}  // namespace weir::store
