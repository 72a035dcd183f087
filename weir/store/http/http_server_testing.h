// A server on loopback for tests: it gives the answers that a test has written down.
//
// Threads: `answers` is called by one thread a connection.
#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "weir/base/types.h"

namespace weir::store {

struct SeenRequest {
  std::string head;  // from the method to the empty line
  std::string body;
  i64 number = 0;  // from 1, in order of arrival
};

class HttpServer {
 public:
  // What is sent back, byte for byte; the connection is then closed.
  using Answers = std::function<std::string(const SeenRequest&)>;

  explicit HttpServer(Answers answers);
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;
  ~HttpServer();

  std::string url(std::string_view path) const;
  std::vector<SeenRequest> seen() const;
  i64 most_at_once() const { return most_at_once_; }

 private:
  void serve(int connection);

  const Answers answers_;
  int listener_ = -1;
  int port_ = 0;
  mutable std::mutex mutex_;
  std::vector<SeenRequest> seen_;          // by mutex_
  std::vector<std::jthread> connections_;  // the accepting thread's
  std::atomic<i64> at_once_ = 0;
  std::atomic<i64> most_at_once_ = 0;
  std::jthread accepting_;
};

// An answer with its length; `headers` are lines that end in "\r\n".
std::string http_answer(int status, std::string_view body, std::string_view headers = "");

}  // namespace weir::store
