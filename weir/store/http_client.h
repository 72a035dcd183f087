// HttpClient: HTTP requests, many at once, each tried again where that can help.
//
// A call is started and later waited for; a thread of the client drives all calls. At most
// `at_once` are under way, the others wait their turn. Tried again, after a wait that doubles each
// time and is spread at random: what could not connect, broke off or took too long, and answers
// 408, 429 and 5xx (but 501 and 505), for which `Retry-After` says how long to wait. Every other
// answer, and the last of those, is given to the caller: see `status_error`.
//
// Messages name a request by `shown`, or by its URL without user, password and query; headers,
// bodies and keys are never printed.
//
// The client is a module of its own, libweir_http.so, opened when the first client is made.
//
// Threads: all functions of a client from any thread; a call belongs to one thread at a time.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "weir/base/result.h"
#include "weir/base/types.h"

namespace weir::store {

struct HttpHeader {
  std::string name;  // of an answer: in lower case
  std::string value;
};

// Signs a request by AWS Signature Version 4. The query of the URL must be sorted and encoded, with
// "=" behind each name, and the headers must hold `x-amz-content-sha256`.
struct HttpSigning {
  std::string region;
  std::string service;
  std::string access_key;
  std::string secret_key;
};

struct HttpRequest {
  std::string method = "GET";  // GET, HEAD, PUT, POST, DELETE
  std::string url;
  std::vector<HttpHeader> headers;
  std::string_view body;  // borrowed until the call ends
  // Where the body of a good (2xx) answer goes, borrowed until the call ends; empty: into
  // HttpResponse::body, which takes `max_body_bytes`. A longer one is an error. Of the body of any
  // other answer HttpResponse::body has the first 64 KiB.
  std::span<std::byte> into;
  i64 max_body_bytes = 1 * MiB;
  i32 max_redirects = 0;   // followed; beyond them the redirect itself is the answer
  bool may_repeat = true;  // false: once it may have reached the server it is not sent again
  std::optional<HttpSigning> signing;
  std::string shown;  // how messages call it, such as "s3://bucket/key"
};

struct HttpResponse {
  i32 status = 0;
  std::vector<HttpHeader> headers;  // of the last answer, where redirects were followed
  std::string body;
  i64 body_bytes = 0;  // that were written to `into`, or to `body`
  i32 attempts = 1;
  bool repeated = false;  // an earlier attempt may have reached the server

  bool is_good() const { return status >= 200 && status < 300; }
  // The value of a header, by its name in lower case; empty where there is none.
  std::string_view header(std::string_view name) const;
};

struct HttpOptions {
  i64 at_once = 8;   // calls under way
  i32 attempts = 6;  // of one request, the first included
  std::chrono::milliseconds connect_timeout = std::chrono::seconds(10);
  std::chrono::seconds idle_timeout{30};  // without a byte in either direction
  std::chrono::milliseconds attempt_timeout = std::chrono::minutes(10);  // as a whole
  std::chrono::milliseconds first_wait{100};  // before the second attempt
  std::chrono::milliseconds longest_wait = std::chrono::seconds(20);
  std::chrono::seconds longest_retry_after{120};  // a server that wants more is not waited for
  std::string ca_file;                            // certificates to trust instead of the system's
};

// One request under way. Its end cancels it, and waits until nothing borrowed is used any more.
class HttpCall {
 public:
  virtual ~HttpCall() = default;

  // True once `wait` returns at once.
  virtual bool is_done() const = 0;
  // The answer; asked for once.
  // Errors: io         no answer after all attempts; which request, why, what to look at
  //         too_large  a good body is longer than the request allows
  //         cancelled  `stop` was requested meanwhile
  //         usage      the URL or a header cannot be sent
  virtual Result<HttpResponse> wait(std::stop_token stop) = 0;
};

class HttpClient {
 public:
  // Errors: unsupported  the module is not installed;  io  no thread could be started.
  static Result<std::unique_ptr<HttpClient>> create(const HttpOptions& options);
  // All its calls have ended before.
  virtual ~HttpClient() = default;

  virtual std::unique_ptr<HttpCall> start(HttpRequest request) = 0;

  // Starts a call and waits for it.
  Result<HttpResponse> send(HttpRequest request, std::stop_token stop);
  // Starts all and waits for all; the answers stand in the order of the requests.
  std::vector<Result<HttpResponse>> send_all(std::vector<HttpRequest> requests,
                                             std::stop_token stop);
};

// How messages call a request: "GET http://host/path", or its method and `shown`.
std::string shown_request(const HttpRequest& request);
// The error of an answer whose status is none that the caller can use: "cannot GET ...: the server
// answers 403 Forbidden: ..." with the first line of its body, attempts, and what to look at. Its
// code is not_found for 404 and 410, conflict for 409 and 412, else io.
Error status_error(const HttpRequest& request, const HttpResponse& response);

// What `weir_module` of libweir_http.so gives. The number changes with what passes between them.
inline constexpr i32 http_module_version = 1;
struct HttpModule {
  Result<std::unique_ptr<HttpClient>> (*create)(const HttpOptions& options) = nullptr;
};

}  // namespace weir::store
