// One request as libcurl sees it: its settings, and what an attempt brought.
//
// Threads: the client's thread, from `begin` to `end`.
#pragma once

#include <curl/curl.h>

#include <memory>
#include <optional>

#include "weir/store/http_client.h"

namespace weir::store {

class CurlTransfer {
 public:
  CurlTransfer(HttpRequest request, const HttpOptions& options);
  CurlTransfer(const CurlTransfer&) = delete;
  CurlTransfer& operator=(const CurlTransfer&) = delete;

  // A handle for one attempt, which this owns until `end`.
  // Errors: usage  curl takes no such URL or header.
  Result<CURL*> begin();
  // What came of the attempt, which ended with `code`.
  Result<HttpResponse> end(CURLcode code);

  // Of the attempt that ended: another one may bring something else.
  bool may_try_again() const { return may_try_again_; }
  // What its answer asked to wait.
  std::optional<std::chrono::seconds> retry_after() const { return retry_after_; }
  i32 attempts() const { return attempts_; }

 private:
  struct FreeHandle {
    void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
  };
  struct FreeList {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
  };

  bool set_headers();
  void set_method();
  void set_signing();
  void set_limits();
  bool take_header(std::string_view line);
  bool take_body(std::string_view bytes);
  Error failure(CURLcode code) const;

  static std::size_t on_header(char* bytes, std::size_t one, std::size_t count, void* self);
  static std::size_t on_body(char* bytes, std::size_t one, std::size_t count, void* self);

  const HttpRequest request_;
  const HttpOptions& options_;
  std::unique_ptr<CURL, FreeHandle> handle_;
  std::unique_ptr<curl_slist, FreeList> headers_;
  char message_[CURL_ERROR_SIZE] = {};
  HttpResponse response_;
  i64 header_bytes_ = 0;
  bool is_too_long_ = false;
  i32 attempts_ = 0;
  bool repeated_ = false;
  bool may_try_again_ = false;
  std::optional<std::chrono::seconds> retry_after_;
};

}  // namespace weir::store
