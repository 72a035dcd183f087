#include "weir/store/s3_object.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <charconv>
#include <random>
#include <thread>

#include "weir/store/http/http_server_testing.h"
#include "weir/store/input.h"
#include "weir/store/s3_server_testing.h"

namespace weir::store {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string random_bytes(i64 bytes) {
  std::minstd_rand random(7);
  std::string text(static_cast<std::size_t>(bytes), '\0');
  for (char& byte : text) byte = static_cast<char>(random());
  return text;
}

std::string read_at(const RandomAccess& file, i64 offset, i64 bytes) {
  std::string out(static_cast<std::size_t>(bytes), '\0');
  const auto count = file.read_at(offset, std::as_writable_bytes(std::span(out)));
  if (!count) return "error: " + count.error().message();
  out.resize(static_cast<std::size_t>(*count));
  return out;
}

Result<std::string> read_all(ByteStream& stream) {
  std::string all, block(100'000, '\0');
  for (;;) {
    WEIR_ASSIGN(const i64 count, stream.read(std::as_writable_bytes(std::span(block))));
    if (count == 0) return all;
    all.append(block, 0, static_cast<std::size_t>(count));
  }
}

class S3ObjectTest : public testing::TestWithParam<ReadPattern> {
 protected:
  S3ObjectTest()
      : client_(S3Server::shared().client()), bucket_(S3Server::shared().make_bucket()) {}
  SharedFile open(const std::string& content) {
    EXPECT_TRUE(client_->put({bucket_, "object"}, content).ok());
    auto opened = open_s3_object(client_, {bucket_, "object"}, GetParam());
    EXPECT_TRUE(opened.ok()) << opened.error().message();
    return *std::move(opened);
  }
  std::shared_ptr<S3Client> client_;
  std::string bucket_;
};

TEST_P(S3ObjectTest, GivesTheBytesOfAnyPlace) {
  const std::string content = random_bytes(9 * MiB + 12'345);
  const SharedFile file = open(content);
  EXPECT_EQ(*file->size(), std::ssize(content));
  std::minstd_rand random(1);
  for (int i = 0; i < 200; ++i) {
    const auto offset = static_cast<i64>(random() % content.size());
    const auto bytes = static_cast<i64>(random() % (i % 10 == 0 ? 6 * MiB : 5'000));
    EXPECT_TRUE(read_at(*file, offset, bytes) ==
                content.substr(static_cast<std::size_t>(offset), static_cast<std::size_t>(bytes)));
  }
  EXPECT_EQ(read_at(*file, std::ssize(content), 10), "");
  EXPECT_EQ(read_at(*file, std::ssize(content) + 5, 10), "");
}

TEST_P(S3ObjectTest, MayBeReadByManyThreads) {
  const std::string content = random_bytes(12 * MiB);
  const SharedFile file = open(content);
  std::vector<std::jthread> threads;
  for (i64 thread = 0; thread < 4; ++thread)
    threads.emplace_back([&, thread] {
      for (i64 at = thread * MiB; at < 12 * MiB; at += 300'000)
        EXPECT_TRUE(read_at(*file, at, 300'000) ==
                    content.substr(static_cast<std::size_t>(at), 300'000));
    });
}

TEST_P(S3ObjectTest, AnEmptyOneHasNoBytes) {
  const SharedFile file = open("");
  EXPECT_EQ(*file->size(), 0);
  EXPECT_EQ(read_at(*file, 0, 10), "");
}

TEST_P(S3ObjectTest, OneThatChangesIsAnError) {
  const SharedFile file = open(random_bytes(3 * MiB));
  EXPECT_TRUE(client_->put({bucket_, "object"}, "other").ok());
  EXPECT_THAT(read_at(*file, 2 * MiB, 10), HasSubstr("has changed since it was opened"));
}

INSTANTIATE_TEST_SUITE_P(FrontToBack, S3ObjectTest, testing::Values(ReadPattern::front_to_back));
INSTANTIATE_TEST_SUITE_P(Scattered, S3ObjectTest, testing::Values(ReadPattern::scattered));

// A server that cuts each second answer short.
TEST(S3Object, IsReadToItsEndThoughAnswersAreCut) {
  const std::string content = random_bytes(5 * MiB);
  HttpServer server([&](const SeenRequest& request) {
    const std::string etag = "ETag: \"1\"\r\n";
    if (request.head.starts_with("HEAD"))
      return "HTTP/1.1 200 OK\r\n" + etag + "Content-Length: " + std::to_string(content.size()) +
             "\r\nConnection: close\r\n\r\n";
    const std::size_t range = request.head.find("bytes=") + 6;
    i64 first = 0, last = 0;
    const char* end = request.head.data() + request.head.size();
    const auto parsed = std::from_chars(request.head.data() + range, end, first);
    std::from_chars(parsed.ptr + 1, end, last);
    const std::string answer = http_answer(
        206,
        content.substr(static_cast<std::size_t>(first), static_cast<std::size_t>(last - first + 1)),
        etag);
    return request.number % 2 == 0 ? answer.substr(0, answer.size() / 2) : answer;
  });
  S3Settings settings;
  settings.endpoint = server.url("");
  settings.access_key = settings.secret_key = "x";
  const auto file =
      open_s3_object(*S3Client::create(settings), {"b", "k"}, ReadPattern::front_to_back);
  ASSERT_TRUE(file.ok()) << file.error().message();
  EXPECT_TRUE(read_at(**file, 0, 5 * MiB) == content);
}

class S3Inputs : public testing::Test {
 protected:
  S3Inputs() {
    S3Server::shared().set_environment();
    bucket_ = S3Server::shared().make_bucket();
    for (const char* key : {"in/a.xml", "in/b.xml", "in/deep/c.xml", "in/.hidden", "in/d.txt",
                            "inner/e.xml", "in/[x].xml"})
      EXPECT_TRUE(S3Server::shared().client()->put({bucket_, key}, key).ok());
    EXPECT_TRUE(S3Server::shared().client()->put({bucket_, "in/deep/"}, "").ok());
  }
  std::vector<std::string> list(const std::string& pattern, const std::string& folder = "") {
    auto listed = list_inputs(folder, pattern, {}, {});
    if (!listed) return {"error: " + listed.error().message()};
    std::vector<std::string> names;
    for (const Input& input : *listed)
      names.push_back(input.location.substr(std::string("s3://" + bucket_ + "/").size()));
    return names;
  }
  std::string url(const std::string& key) const { return "s3://" + bucket_ + "/" + key; }
  std::string bucket_;
};

TEST_F(S3Inputs, AreNamedByPatternsAsFilesAre) {
  EXPECT_THAT(list(url("in/*.xml")), ElementsAre("in/[x].xml", "in/a.xml", "in/b.xml"));
  EXPECT_THAT(list(url("in/**/*.xml")),
              ElementsAre("in/[x].xml", "in/a.xml", "in/b.xml", "in/deep/c.xml"));
  EXPECT_THAT(list(url("in/{a,d}.*")), ElementsAre("in/a.xml", "in/d.txt"));
  EXPECT_THAT(list(url("in/.*")), ElementsAre("in/.hidden"));
  EXPECT_THAT(list(url("in/a.xml")), ElementsAre("in/a.xml"));
  EXPECT_THAT(list("*.txt", url("in")), ElementsAre("in/d.txt"));
  EXPECT_THAT(list(url("none/*.xml")), ElementsAre());
}

TEST_F(S3Inputs, AFolderStandsForAllInIt) {
  EXPECT_THAT(list(url("in")),
              ElementsAre("in/[x].xml", "in/a.xml", "in/b.xml", "in/d.txt", "in/deep/c.xml"));
  EXPECT_THAT(list(url("in/")),
              ElementsAre("in/[x].xml", "in/a.xml", "in/b.xml", "in/d.txt", "in/deep/c.xml"));
}

TEST_F(S3Inputs, AKeyThatLooksLikeAPatternMeansItself) {
  EXPECT_THAT(list(url("in/[x].xml")), ElementsAre("in/[x].xml"));
}

TEST_F(S3Inputs, ANameWithoutObjectIsAnError) {
  EXPECT_THAT(list(url("missing.xml")), ElementsAre(HasSubstr("none below it")));
  EXPECT_THAT(list("s3://no-such-bucket/*"), ElementsAre(HasSubstr("NoSuchBucket")));
}

TEST_F(S3Inputs, AreReadFrontToBack) {
  const std::string content = random_bytes(7 * MiB + 1);
  ASSERT_TRUE(S3Server::shared().client()->put({bucket_, "big/x"}, content).ok());
  const auto inputs = list_inputs("", url("big"), {}, {});
  ASSERT_TRUE(inputs.ok() && inputs->size() == 1);
  EXPECT_EQ((*inputs)[0].size, std::ssize(content));
  auto stream = open_input((*inputs)[0], {});
  ASSERT_TRUE(stream.ok()) << stream.error().message();
  EXPECT_TRUE(*read_all(**stream) == content);
}

}  // namespace
}  // namespace weir::store
