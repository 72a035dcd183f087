// What a server of S3 answers: XML bodies, and times in headers.
//
// Source: Amazon S3 API reference (ListObjectsV2, ListMultipartUploads, error responses); RFC 9110,
// 5.6.7.
// Threads: plain functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "weir/base/result.h"
#include "weir/base/types.h"

namespace weir::store {

struct S3Object {
  std::string key;
  i64 size = 0;
  i64 mtime_us = 0;  // whole seconds, as headers have no more
  std::string etag;  // with its quotes
};

struct S3Page {
  std::vector<S3Object> objects;
  std::string next;  // the token of the page behind it; empty: there is none
};

struct S3Upload {
  std::string key;
  std::string id;
};

struct S3UploadPage {
  std::vector<S3Upload> uploads;
  std::string next_key;  // empty: there is no page behind it
  std::string next_id;
};

struct S3Fault {
  std::string code;  // "NoSuchKey"
  std::string message;
};

// Errors of these: corrupt  it is no such answer.
Result<S3Page> parse_s3_page(std::string_view xml);
Result<S3UploadPage> parse_s3_uploads(std::string_view xml);
Result<std::string> parse_s3_upload_id(std::string_view xml);
// The error that a body tells; nothing where it tells none.
std::optional<S3Fault> parse_s3_fault(std::string_view xml);

// "Sat, 21 Nov 2026 18:33:28 GMT" in microseconds; nothing where it is no such time.
std::optional<i64> parse_http_time(std::string_view text);

}  // namespace weir::store
