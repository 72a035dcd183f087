// How an object store is reached: endpoint, region and credentials, from the variables of the
// environment that other S3 programs read too.
//
//   AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN   credentials
//   AWS_REGION, else AWS_DEFAULT_REGION                           default us-east-1
//   AWS_ENDPOINT_URL_S3, else AWS_ENDPOINT_URL                    a server other than Amazon's
//   AWS_CA_BUNDLE                                                 certificates to trust
//   AWS_MAX_ATTEMPTS                                              of one request
//
// Threads: plain values; the environment is read by the one function that says so.
#pragma once

#include <string>
#include <string_view>

#include "weir/base/result.h"
#include "weir/base/types.h"

namespace weir::store {

// "s3://bucket/key". As a prefix of keys, `key` may be empty.
struct S3Place {
  std::string bucket;
  std::string key;

  // The object or prefix `name` below this one.
  S3Place below(std::string_view name) const;
  std::string url() const { return "s3://" + bucket + "/" + key; }
};

bool is_s3_url(std::string_view text);
// Errors: usage  it is no such URL, or names no bucket.
Result<S3Place> parse_s3_url(std::string_view url);

struct S3Settings {
  std::string access_key;
  std::string secret_key;
  std::string session_token;  // empty: none
  std::string region = "us-east-1";
  std::string endpoint;  // "http://host:port"; empty: Amazon's
  std::string ca_file;   // empty: the system's
  i32 attempts = 7;

  // Errors: usage  there are no credentials, or a variable makes no sense; which one.
  static Result<S3Settings> from_environment();

  // Of an object, or of the bucket where `key` is empty. Amazon's buckets are hosts of their own;
  // elsewhere, and where the name has dots, the bucket is the first part of the path.
  std::string url_of(const S3Place& place) const;
};

// Every byte but letters, digits and "-._~" as %XX, as signatures want it.
std::string percent_encoded(std::string_view text, bool keep_slashes);
// Errors: corrupt  "%" without two digits.
Result<std::string> percent_decoded(std::string_view text);

}  // namespace weir::store
