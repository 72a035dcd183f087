#include "weir/store/http/http_server_testing.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <charconv>

#include "weir/base/assert.h"
#include "weir/base/bytes.h"

namespace weir::store {

namespace {

i64 content_length(std::string head) {
  for (char& letter : head) letter = ascii_lower(letter);
  const std::string_view name = "content-length: ";
  const std::size_t at = head.find(name);
  i64 length = 0;
  if (at != head.npos) std::from_chars(&head[at + name.size()], head.data() + head.size(), length);
  return length;
}

// A request as far as it came.
SeenRequest receive(int connection) {
  SeenRequest request;
  std::string bytes;
  std::size_t head_end = bytes.npos;
  char buffer[64 * KiB];
  for (;;) {
    if (head_end == bytes.npos) head_end = bytes.find("\r\n\r\n");
    if (head_end != bytes.npos &&
        std::ssize(bytes) >=
            static_cast<i64>(head_end) + 4 + content_length(bytes.substr(0, head_end)))
      break;
    const auto got = ::recv(connection, buffer, sizeof buffer, 0);
    if (got <= 0) break;
    bytes.append(buffer, static_cast<std::size_t>(got));
  }
  request.head = bytes.substr(0, head_end);
  if (head_end != bytes.npos) request.body = bytes.substr(head_end + 4);
  return request;
}

}  // namespace

HttpServer::HttpServer(Answers answers) : answers_(std::move(answers)) {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* any = reinterpret_cast<sockaddr*>(&address);
  WEIR_ASSERT(::bind(listener_, any, size) == 0 && ::listen(listener_, 64) == 0);
  WEIR_ASSERT(::getsockname(listener_, any, &size) == 0);
  port_ = ntohs(address.sin_port);
  accepting_ = std::jthread([this] {
    for (;;) {
      const int connection = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (connection < 0) return;
      connections_.emplace_back([this, connection] { serve(connection); });
    }
  });
}

HttpServer::~HttpServer() {
  ::shutdown(listener_, SHUT_RDWR);
  accepting_.join();
  ::close(listener_);
}

void HttpServer::serve(int connection) {
  const i64 now = ++at_once_;
  for (i64 most = most_at_once_; most < now && !most_at_once_.compare_exchange_weak(most, now);) {
  }
  SeenRequest request = receive(connection);
  {
    const std::scoped_lock lock(mutex_);
    request.number = std::ssize(seen_) + 1;
    seen_.push_back(request);
  }
  std::string_view answer;
  const std::string made = answers_(request);
  for (answer = made; !answer.empty();) {
    const auto sent = ::send(connection, answer.data(), answer.size(), MSG_NOSIGNAL);
    if (sent <= 0) break;
    answer.remove_prefix(static_cast<std::size_t>(sent));
  }
  --at_once_;
  ::close(connection);
}

std::string HttpServer::url(std::string_view path) const {
  return fmt::format("http://127.0.0.1:{}{}", port_, path);
}

std::vector<SeenRequest> HttpServer::seen() const {
  const std::scoped_lock lock(mutex_);
  return seen_;
}

std::string http_answer(int status, std::string_view body, std::string_view headers) {
  return fmt::format("HTTP/1.1 {} Any\r\nContent-Length: {}\r\nConnection: close\r\n{}\r\n{}",
                     status, body.size(), headers, body);
}

}  // namespace weir::store
