#include "weir/store/s3_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "weir/store/http/http_server_testing.h"
#include "weir/store/s3_server_testing.h"

namespace weir::store {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class S3ClientTest : public testing::Test {
 protected:
  S3ClientTest()
      : client_(S3Server::shared().client()), bucket_(S3Server::shared().make_bucket()) {}

  S3Place at(std::string_view key) const { return {bucket_, std::string(key)}; }
  std::string put(std::string_view key, std::string_view text, const S3Condition& condition = {}) {
    const auto put = client_->put(at(key), text, condition);
    return put ? *put : "error: " + put.error().message();
  }
  std::string get(std::string_view key) {
    const auto got = client_->find(at(key), 1 * MiB);
    if (!got) return "error: " + got.error().message();
    return *got ? (*got)->text : "nothing";
  }
  std::vector<std::string> keys(std::string_view prefix) {
    std::vector<std::string> keys;
    const auto listed = client_->list(at(prefix), [&](const S3Object& object) {
      keys.push_back(object.key);
      return Result<void>();
    });
    if (!listed) keys.push_back("error: " + listed.error().message());
    return keys;
  }

  std::shared_ptr<S3Client> client_;
  std::string bucket_;
};

TEST_F(S3ClientTest, GivesBackWhatWasPut) {
  const std::string etag = put("a/b.txt", "hello");
  EXPECT_EQ(get("a/b.txt"), "hello");
  const auto head = client_->head(at("a/b.txt"));
  ASSERT_TRUE(head.ok()) << head.error().message();
  EXPECT_EQ(head->size, 5);
  EXPECT_EQ(head->etag, etag);
  EXPECT_GT(head->mtime_us, i64{1'700'000'000'000'000});
}

TEST_F(S3ClientTest, SignsEveryCharacterOfAKey) {
  for (const std::string key :
       {"plain", "with space", "plus+plus", "100%", "ä/ß.xml", "a&b=c?d#e", "quote'\"", "(x)*!~",
        "deep/er/and.deeper", "semi;colon,comma@at:colon$"}) {
    EXPECT_THAT(put(key, key), Not(HasSubstr("error"))) << key;
    EXPECT_EQ(get(key), key);
    EXPECT_THAT(keys(key), ElementsAre(key));
  }
}

TEST_F(S3ClientTest, ListsAPrefixOverSeveralPages) {
  for (int i = 0; i < 1005; ++i) put("p/" + std::to_string(10000 + i), "");
  put("q", "");
  const auto found = keys("p/");
  ASSERT_EQ(found.size(), 1005);
  EXPECT_EQ(found.front(), "p/10000");
  EXPECT_EQ(found.back(), "p/11004");
  EXPECT_THAT(keys("nothing"), IsEmpty());
}

TEST_F(S3ClientTest, TheTimesOfAListAndOfAnObjectAreTheSame) {
  put("x", "1");
  i64 listed_us = 0;
  ASSERT_TRUE(client_
                  ->list(at("x"),
                         [&](const S3Object& object) {
                           listed_us = object.mtime_us;
                           return Result<void>();
                         })
                  .ok());
  EXPECT_EQ(client_->head(at("x"))->mtime_us, listed_us);
}

TEST_F(S3ClientTest, AConditionThatDoesNotHoldIsAConflict) {
  const std::string first = put("c", "1", {.is_absent = true});
  EXPECT_THAT(first, Not(HasSubstr("error")));
  const auto again = client_->put(at("c"), "2", {.is_absent = true});
  ASSERT_FALSE(again.ok());
  EXPECT_EQ(again.error().code(), ErrorCode::conflict);
  const std::string second = put("c", "3", {.etag = first});
  EXPECT_THAT(second, Not(HasSubstr("error")));
  const auto stale = client_->put(at("c"), "4", {.etag = first});
  ASSERT_FALSE(stale.ok());
  EXPECT_EQ(stale.error().code(), ErrorCode::conflict);
  EXPECT_EQ(get("c"), "3");
}

TEST_F(S3ClientTest, OfRacingCreatorsOneWins) {
  std::atomic<int> won = 0;
  {
    std::vector<std::jthread> racers;
    for (int i = 0; i < 16; ++i)
      racers.emplace_back([&, i] {
        won += client_->put(at("race"), std::to_string(i), {.is_absent = true}).ok() ? 1 : 0;
      });
  }
  EXPECT_EQ(won, 1);
}

TEST_F(S3ClientTest, ReadsRangesOfAnObjectThatIsTheSame) {
  const std::string etag = put("r", "0123456789");
  std::string out(4, '.');
  const auto bytes = std::as_writable_bytes(std::span(out));
  auto call = client_->start_get(at("r"), etag, 3, bytes);
  ASSERT_TRUE(client_->end_get(at("r"), *call, 4).ok());
  EXPECT_EQ(out, "3456");
  put("r", "abcdefghij");
  call = client_->start_get(at("r"), etag, 3, bytes);
  const auto changed = client_->end_get(at("r"), *call, 4);
  ASSERT_FALSE(changed.ok());
  EXPECT_EQ(changed.error().code(), ErrorCode::conflict);
  EXPECT_THAT(changed.error().message(), HasSubstr("has changed since it was opened"));
}

TEST_F(S3ClientTest, PutsPartsTogether) {
  const std::string part(5 * MiB, 'x');
  const auto id = client_->begin_upload(at("m"));
  ASSERT_TRUE(id.ok()) << id.error().message();
  auto first = client_->start_part(at("m"), *id, 1, part);
  auto second = client_->start_part(at("m"), *id, 2, "end");
  const auto etag_1 = client_->end_part(at("m"), *first);
  const auto etag_2 = client_->end_part(at("m"), *second);
  ASSERT_TRUE(etag_1.ok() && etag_2.ok());
  EXPECT_THAT(keys("m"), IsEmpty());
  ASSERT_EQ(client_->uploads(at(""))->size(), 1);
  const auto completed = client_->complete_upload(at("m"), *id, {*etag_1, *etag_2}, 5 * MiB + 3);
  ASSERT_TRUE(completed.ok()) << completed.error().message();
  EXPECT_EQ(client_->head(at("m"))->size, 5 * MiB + 3);
  EXPECT_THAT(*client_->uploads(at("")), IsEmpty());
}

TEST_F(S3ClientTest, AnAbortedUploadLeavesNothing) {
  const auto id = client_->begin_upload(at("dir/m"));
  ASSERT_TRUE(id.ok()) << id.error().message();
  const auto uploads = client_->uploads(at("dir/"));
  ASSERT_TRUE(uploads.ok()) << uploads.error().message();
  ASSERT_EQ(uploads->size(), 1);
  EXPECT_EQ((*uploads)[0].key, "dir/m");
  ASSERT_TRUE(client_->abort_upload(at("dir/m"), *id).ok());
  EXPECT_THAT(*client_->uploads(at("")), IsEmpty());
  EXPECT_TRUE(client_->abort_upload(at("dir/m"), *id).ok());
}

TEST_F(S3ClientTest, RemovesManyAndWhatIsNotThere) {
  for (int i = 0; i < 50; ++i) put("d/" + std::to_string(i), "x");
  std::vector<S3Place> places;
  for (int i = 0; i < 60; ++i) places.push_back(at("d/" + std::to_string(i)));
  ASSERT_TRUE(client_->remove_all(places).ok());
  EXPECT_THAT(keys("d/"), IsEmpty());
}

TEST_F(S3ClientTest, SaysWhatIsNotThere) {
  EXPECT_EQ(get("missing"), "nothing");
  const auto head = client_->head(at("missing"));
  ASSERT_FALSE(head.ok());
  EXPECT_EQ(head.error().code(), ErrorCode::not_found);
  EXPECT_THAT(head.error().message(), AllOf(HasSubstr("cannot HEAD s3://" + bucket_ + "/missing"),
                                            HasSubstr("check the name")));
  const auto listed =
      client_->list({"no-such-bucket", ""}, [](const S3Object&) { return Result<void>(); });
  ASSERT_FALSE(listed.ok());
  EXPECT_EQ(listed.error().code(), ErrorCode::not_found);
  EXPECT_THAT(listed.error().message(),
              AllOf(HasSubstr("NoSuchBucket"), HasSubstr("check the name of the bucket")));
}

TEST_F(S3ClientTest, SaysWhichCredentialIsWrongAndPrintsNone) {
  S3Settings wrong = S3Server::shared().settings();
  wrong.secret_key = "wrong-secret";
  auto client = *S3Client::create(wrong);
  EXPECT_THAT(client->find(at("x"), 100).error().message(),
              AllOf(HasSubstr("SignatureDoesNotMatch"), HasSubstr("check AWS_SECRET_ACCESS_KEY"),
                    Not(HasSubstr("wrong-secret"))));
  wrong.access_key = "nobody";
  client = *S3Client::create(wrong);
  EXPECT_THAT(client->find(at("x"), 100).error().message(), HasSubstr("check the credentials"));
}

TEST(S3Client, WhatIsNoFaultOfAnObjectIsToldFromWhatIs) {
  const std::pair<std::string, ErrorCode> answers[] = {
      {http_answer(503, ""), ErrorCode::unavailable},
      {http_answer(403, "<Error><Code>ExpiredToken</Code></Error>"), ErrorCode::unavailable},
      {http_answer(403, "<Error><Code>AccessDenied</Code></Error>"), ErrorCode::io},
      {http_answer(404, ""), ErrorCode::not_found},
      {"", ErrorCode::unavailable}};
  for (const auto& [answer, code] : answers) {
    HttpServer server([&, text = answer](const SeenRequest&) { return text; });
    S3Settings settings;
    settings.endpoint = server.url("");
    settings.access_key = settings.secret_key = "x";
    settings.attempts = 1;
    const auto client = *S3Client::create(settings);
    EXPECT_EQ(client->head({"b", "k"}).error().code(), code) << answer;
  }
}

TEST(S3Put, OneWhoseAnswerWasLostCountsAsDone) {
  // The first attempt is taken in, but its answer is cut off.
  HttpServer server([](const SeenRequest& request) {
    if (request.number == 1) return std::string();
    if (request.head.starts_with("PUT"))
      return http_answer(412, "<Error><Code>PreconditionFailed</Code></Error>");
    return http_answer(200, "mine", "ETag: \"1\"\r\n");
  });
  S3Settings settings;
  settings.endpoint = server.url("");
  settings.access_key = settings.secret_key = "x";
  const auto client = *S3Client::create(settings);
  const auto mine = client->put({"b", "k"}, "mine", {.is_absent = true});
  ASSERT_TRUE(mine.ok()) << mine.error().message();
  EXPECT_EQ(*mine, "\"1\"");
}

TEST(S3Put, OneThatSomebodyElseWonIsAConflict) {
  HttpServer server([](const SeenRequest& request) {
    if (request.number == 1) return std::string();
    if (request.head.starts_with("PUT"))
      return http_answer(412, "<Error><Code>PreconditionFailed</Code></Error>");
    return http_answer(200, "theirs", "ETag: \"1\"\r\n");
  });
  S3Settings settings;
  settings.endpoint = server.url("");
  settings.access_key = settings.secret_key = "x";
  const auto client = *S3Client::create(settings);
  const auto lost = client->put({"b", "k"}, "mine", {.is_absent = true});
  ASSERT_FALSE(lost.ok());
  EXPECT_EQ(lost.error().code(), ErrorCode::conflict);
}

TEST(S3Upload, ACompletionThatFailsBehindItsStatusIsAnError) {
  HttpServer server([](const SeenRequest&) {
    return http_answer(200, "<Error><Code>InternalError</Code><Message>no</Message></Error>");
  });
  S3Settings settings;
  settings.endpoint = server.url("");
  settings.access_key = settings.secret_key = "x";
  const auto client = *S3Client::create(settings);
  const auto completed = client->complete_upload({"b", "k"}, "id", {"\"1\""}, 1);
  ASSERT_FALSE(completed.ok());
  EXPECT_THAT(completed.error().message(), HasSubstr("InternalError"));
}

}  // namespace
}  // namespace weir::store
