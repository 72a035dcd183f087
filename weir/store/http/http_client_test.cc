#include "weir/store/http_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>

#include "weir/store/http/http_server_testing.h"

namespace weir::store {
namespace {

using std::chrono::milliseconds;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

HttpOptions quick() {
  HttpOptions options;
  options.attempts = 3;
  options.first_wait = milliseconds(1);
  options.longest_wait = milliseconds(4);
  return options;
}

std::unique_ptr<HttpClient> make_client(const HttpOptions& options = quick()) {
  auto client = HttpClient::create(options);
  EXPECT_TRUE(client.ok()) << client.error().message();
  return *std::move(client);
}

TEST(HttpClient, SendsWhatItIsToldAndGivesBackTheAnswer) {
  HttpServer server([](const SeenRequest& request) {
    return http_answer(201, "got " + request.body, "X-Thing: a b \r\n");
  });
  const auto answer = make_client()->send({.method = "POST",
                                           .url = server.url("/in?a=1"),
                                           .headers = {{"X-Mine", "yes"}},
                                           .body = "hello"},
                                          {});
  ASSERT_TRUE(answer.ok()) << answer.error().message();
  EXPECT_EQ(answer->status, 201);
  EXPECT_EQ(answer->body, "got hello");
  EXPECT_EQ(answer->header("x-thing"), "a b");
  EXPECT_THAT(server.seen()[0].head,
              AllOf(HasSubstr("POST /in?a=1 HTTP/1.1"), HasSubstr("X-Mine: yes")));
}

TEST(HttpClient, WritesAGoodBodyIntoTheCallersBuffer) {
  HttpServer server([](const SeenRequest&) { return http_answer(206, "abcd"); });
  std::string into(6, '.');
  const auto answer = make_client()->send(
      {.url = server.url("/"), .into = std::as_writable_bytes(std::span(into))}, {});
  ASSERT_TRUE(answer.ok()) << answer.error().message();
  EXPECT_EQ(answer->body_bytes, 4);
  EXPECT_EQ(into, "abcd..");
}

TEST(HttpClient, RefusesAGoodBodyThatIsTooLong) {
  HttpServer server([](const SeenRequest&) { return http_answer(200, "abcdefgh"); });
  const auto answer = make_client()->send({.url = server.url("/x"), .max_body_bytes = 4}, {});
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error().code(), ErrorCode::too_large);
  EXPECT_EQ(server.seen().size(), 1);
}

TEST(HttpClient, KeepsTheFrontOfABadBody) {
  HttpServer server([](const SeenRequest&) { return http_answer(404, std::string(70'000, 'a')); });
  std::string into(2, '.');
  const HttpRequest request{.url = server.url("/secret?key=123"),
                            .into = std::as_writable_bytes(std::span(into)),
                            .max_body_bytes = 4};
  const auto answer = make_client()->send(request, {});
  ASSERT_TRUE(answer.ok()) << answer.error().message();
  EXPECT_EQ(answer->body, std::string(64 * KiB, 'a'));
  EXPECT_EQ(into, "..");
  const Error error = status_error(request, *answer);
  EXPECT_EQ(error.code(), ErrorCode::not_found);
  EXPECT_THAT(error.message(),
              AllOf(HasSubstr("the server answers 404 Not Found: aaaa"), Not(HasSubstr("123"))));
}

TEST(HttpClient, TriesAgainAfterAnswersThatMayPass) {
  for (const int status : {408, 429, 500, 502, 503, 504}) {
    HttpServer server([&](const SeenRequest& request) {
      return request.number < 3 ? http_answer(status, "later") : http_answer(200, "now");
    });
    const auto answer = make_client()->send({.url = server.url("/")}, {});
    ASSERT_TRUE(answer.ok()) << answer.error().message();
    EXPECT_EQ(answer->body, "now") << status;
    EXPECT_EQ(answer->attempts, 3);
    EXPECT_TRUE(answer->repeated);
  }
}

TEST(HttpClient, GivesTheLastAnswerWhenAttemptsAreUsedUp) {
  HttpServer server([](const SeenRequest&) { return http_answer(503, "<Code>SlowDown</Code>"); });
  const HttpRequest request{.url = server.url("/"), .shown = "s3://bucket/key"};
  const auto answer = make_client()->send(request, {});
  ASSERT_TRUE(answer.ok()) << answer.error().message();
  EXPECT_EQ(answer->status, 503);
  EXPECT_EQ(server.seen().size(), 3);
  EXPECT_THAT(status_error(request, *answer).message(),
              HasSubstr("cannot GET s3://bucket/key: the server answers 503 Service Unavailable: "
                        "<Code>SlowDown</Code> (attempt 3); "));
}

TEST(HttpClient, DoesNotRepeatWhatIsRefused) {
  for (const int status : {400, 403, 404, 412, 501}) {
    HttpServer server([&](const SeenRequest&) { return http_answer(status, ""); });
    const auto answer = make_client()->send({.url = server.url("/")}, {});
    ASSERT_TRUE(answer.ok()) << answer.error().message();
    EXPECT_EQ(answer->status, status);
    EXPECT_EQ(server.seen().size(), 1);
  }
}

TEST(HttpClient, WaitsNoLongerThanAllowedForAServerThatAsksForMore) {
  HttpOptions options = quick();
  options.longest_retry_after = std::chrono::seconds(5);
  HttpServer server(
      [](const SeenRequest&) { return http_answer(429, "", "Retry-After: 3600\r\n"); });
  const auto answer = make_client(options)->send({.url = server.url("/")}, {});
  ASSERT_TRUE(answer.ok()) << answer.error().message();
  EXPECT_EQ(answer->status, 429);
  EXPECT_EQ(server.seen().size(), 1);
}

TEST(HttpClient, TriesAgainWhenABodyIsCutOrTheConnectionBreaks) {
  const std::string whole = http_answer(200, std::string(100'000, 'x'));
  for (const std::size_t bytes : {std::size_t{0}, std::size_t{10}, std::size_t{5'000}}) {
    HttpServer server([&](const SeenRequest& request) {
      return request.number == 1 ? whole.substr(0, bytes) : whole;
    });
    std::string into(100'000, '.');
    const auto answer = make_client()->send(
        {.url = server.url("/"), .into = std::as_writable_bytes(std::span(into))}, {});
    ASSERT_TRUE(answer.ok()) << answer.error().message();
    EXPECT_EQ(into, std::string(100'000, 'x'));
    EXPECT_EQ(answer->attempts, 2);
  }
}

TEST(HttpClient, SendsOnceWhatMustNotBeRepeated) {
  HttpServer server([](const SeenRequest&) { return std::string(); });
  const auto answer = make_client()->send(
      {.method = "POST", .url = server.url("/"), .body = "x", .may_repeat = false}, {});
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(server.seen().size(), 1);
}

TEST(HttpClient, SaysWhyNobodyAnswers) {
  std::string url;
  {
    HttpServer gone([](const SeenRequest&) { return std::string(); });
    url = gone.url("/path");
  }
  const auto answer = make_client()->send({.url = url + "?key=secret"}, {});
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error().code(), ErrorCode::io);
  EXPECT_THAT(answer.error().message(),
              AllOf(HasSubstr("cannot GET " + url), HasSubstr("(attempt 3); check that the server"),
                    Not(HasSubstr("secret"))));
}

TEST(HttpClient, GivesUpOnAServerThatIsLate) {
  HttpOptions options = quick();
  options.attempts = 2;
  options.attempt_timeout = milliseconds(50);
  std::promise<void> over;
  const auto ended = over.get_future().share();
  HttpServer server([&](const SeenRequest& request) {
    if (request.number == 1) ended.wait();
    return http_answer(200, "in time");
  });
  const auto answer = make_client(options)->send({.url = server.url("/")}, {});
  over.set_value();
  ASSERT_TRUE(answer.ok()) << answer.error().message();
  EXPECT_EQ(answer->attempts, 2);
}

TEST(HttpClient, FollowsAsManyRedirectsAsAreAllowed) {
  HttpServer server([](const SeenRequest& request) {
    const bool is_first = request.head.starts_with("GET /a ");
    return is_first ? http_answer(302, "", "Location: /b\r\nX-First: 1\r\n")
                    : http_answer(200, "there");
  });
  const auto client = make_client();
  const auto stayed = client->send({.url = server.url("/a")}, {});
  ASSERT_TRUE(stayed.ok()) << stayed.error().message();
  EXPECT_EQ(stayed->status, 302);
  const auto followed = client->send({.url = server.url("/a"), .max_redirects = 2}, {});
  ASSERT_TRUE(followed.ok()) << followed.error().message();
  EXPECT_EQ(followed->body, "there");
  EXPECT_EQ(followed->header("x-first"), "");
}

TEST(HttpClient, RunsManyAtOnceButNoMoreThanAllowed) {
  HttpOptions options = quick();
  options.at_once = 3;
  HttpServer server([](const SeenRequest& request) {
    return http_answer(200, request.head.substr(4, request.head.find(' ', 4) - 4));
  });
  std::vector<HttpRequest> requests;
  for (int i = 0; i < 50; ++i) requests.push_back({.url = server.url("/" + std::to_string(i))});
  const auto answers = make_client(options)->send_all(requests, {});
  ASSERT_EQ(answers.size(), 50);
  for (int i = 0; i < 50; ++i) {
    const auto& answer = answers[static_cast<std::size_t>(i)];
    ASSERT_TRUE(answer.ok()) << answer.error().message();
    EXPECT_EQ(answer->body, "/" + std::to_string(i));
  }
  EXPECT_LE(server.most_at_once(), 4);  // one that is closed may still be counted
}

TEST(HttpClient, StopsAtOnceWhenItIsTold) {
  HttpOptions options = quick();
  options.first_wait = std::chrono::hours(1);
  options.longest_wait = std::chrono::hours(1);
  std::stop_source stop;
  HttpServer server([&](const SeenRequest&) {
    stop.request_stop();
    return http_answer(503, "");
  });
  const auto answer = make_client(options)->send({.url = server.url("/")}, stop.get_token());
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error().code(), ErrorCode::cancelled);
}

TEST(HttpClient, ACallThatIsDroppedEndsBeforeItsBufferDoes) {
  std::promise<void> over;
  const auto ended = over.get_future().share();
  HttpServer server([&](const SeenRequest&) {
    ended.wait();
    return http_answer(200, "x");
  });
  const auto client = make_client();
  {
    std::string into(10, '.');
    const auto call =
        client->start({.url = server.url("/"), .into = std::as_writable_bytes(std::span(into))});
    EXPECT_FALSE(call->is_done());
  }
  over.set_value();
}

TEST(HttpClient, RefusesWhatCannotBeSent) {
  const auto client = make_client();
  for (const HttpRequest& request :
       {HttpRequest{.url = "ftp://host/x"}, HttpRequest{.url = "http://"},
        HttpRequest{.url = "http://127.0.0.1:9/", .headers = {{"A", "b\r\nC: d"}}}}) {
    const auto answer = client->send(request, {});
    ASSERT_FALSE(answer.ok());
    EXPECT_EQ(answer.error().code(), ErrorCode::usage) << answer.error().message();
  }
}

TEST(HttpRequest, ShowsNoSecrets) {
  EXPECT_EQ(shown_request({.url = "https://user:pass@host:1/p/a@b?key=1#x"}),
            "GET https://host:1/p/a@b");
  EXPECT_EQ(shown_request({.method = "PUT", .url = "http://h/?k=v", .shown = "s3://b/k"}),
            "PUT s3://b/k");
}

}  // namespace
}  // namespace weir::store
