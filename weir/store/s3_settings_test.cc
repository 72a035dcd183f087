#include "weir/store/s3_settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "weir/store/s3_answers.h"

namespace weir::store {
namespace {

using testing::HasSubstr;

TEST(S3Place, IsReadFromAUrl) {
  const auto place = parse_s3_url("s3://bucket/a/b c");
  ASSERT_TRUE(place.ok());
  EXPECT_EQ(place->bucket, "bucket");
  EXPECT_EQ(place->key, "a/b c");
  EXPECT_EQ(parse_s3_url("s3://bucket")->key, "");
  EXPECT_EQ(place->below("x").url(), "s3://bucket/a/b c/x");
  EXPECT_EQ(parse_s3_url("s3://bucket/")->below("x").url(), "s3://bucket/x");
}

TEST(S3Place, NeedsABucket) {
  for (const char* url : {"s3://", "s3:///key", "s3://a b/c", "/tmp/x", "s3://key:secret@host/b"})
    EXPECT_EQ(parse_s3_url(url).error().code(), ErrorCode::usage) << url;
}

TEST(S3Settings, PutTheBucketIntoTheHostOnlyAtAmazon) {
  S3Settings settings;
  settings.region = "eu-west-1";
  EXPECT_EQ(settings.url_of({"b", "k/ä"}), "https://b.s3.eu-west-1.amazonaws.com/k/%C3%A4");
  EXPECT_EQ(settings.url_of({"b.c", "k"}), "https://s3.eu-west-1.amazonaws.com/b.c/k");
  settings.endpoint = "http://127.0.0.1:9000";
  EXPECT_EQ(settings.url_of({"b", "k"}), "http://127.0.0.1:9000/b/k");
}

class Environment {
 public:
  Environment() {
    for (const char* name : names) ::unsetenv(name);
  }
  ~Environment() {
    for (const char* name : names) ::unsetenv(name);
  }
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;
  void set(const char* name, const char* value) { ::setenv(name, value, 1); }

 private:
  static constexpr const char* names[] = {
      "AWS_ACCESS_KEY_ID",  "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN",   "AWS_REGION",
      "AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL",      "AWS_ENDPOINT_URL_S3", "AWS_MAX_ATTEMPTS"};
};

TEST(S3Settings, ComeFromTheEnvironment) {
  Environment environment;
  EXPECT_THAT(S3Settings::from_environment().error().message(),
              HasSubstr("set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"));
  environment.set("AWS_ACCESS_KEY_ID", "a");
  EXPECT_THAT(S3Settings::from_environment().error().message(),
              HasSubstr("set AWS_SECRET_ACCESS_KEY"));
  environment.set("AWS_SECRET_ACCESS_KEY", "s");
  EXPECT_EQ(S3Settings::from_environment()->region, "us-east-1");
  environment.set("AWS_DEFAULT_REGION", "one");
  EXPECT_EQ(S3Settings::from_environment()->region, "one");
  environment.set("AWS_REGION", "two");
  EXPECT_EQ(S3Settings::from_environment()->region, "two");
  environment.set("AWS_ENDPOINT_URL", "http://general:1/");
  EXPECT_EQ(S3Settings::from_environment()->endpoint, "http://general:1");
  environment.set("AWS_ENDPOINT_URL_S3", "http://own:1");
  EXPECT_EQ(S3Settings::from_environment()->endpoint, "http://own:1");
  environment.set("AWS_MAX_ATTEMPTS", "x");
  EXPECT_EQ(S3Settings::from_environment().error().code(), ErrorCode::usage);
}

TEST(PercentEncoding, GivesBackWhatItWasGiven) {
  std::string all;
  for (int c = 0; c < 256; ++c) all += static_cast<char>(c);
  EXPECT_EQ(*percent_decoded(percent_encoded(all, false)), all);
  EXPECT_EQ(percent_encoded("a/b c~", true), "a/b%20c~");
  EXPECT_FALSE(percent_decoded("%4").ok());
  EXPECT_FALSE(percent_decoded("%zz").ok());
}

TEST(S3Answers, APageMayHaveAPrefixOfItsNamespace) {
  const auto page = parse_s3_page(
      "<s:ListBucketResult xmlns:s='x'><s:IsTruncated>true</s:IsTruncated>"
      "<s:NextContinuationToken>t</s:NextContinuationToken><s:EncodingType>url</s:EncodingType>"
      "<s:Contents><s:Key>a%20b</s:Key><s:Size>3</s:Size><s:ETag>&quot;e&quot;</s:ETag>"
      "<s:LastModified>2026-03-14T10:22:33.250Z</s:LastModified></s:Contents>"
      "</s:ListBucketResult>");
  ASSERT_TRUE(page.ok()) << page.error().message();
  EXPECT_EQ(page->next, "t");
  ASSERT_EQ(page->objects.size(), 1);
  EXPECT_EQ(page->objects[0].key, "a b");
  EXPECT_EQ(page->objects[0].etag, "\"e\"");
  EXPECT_EQ(page->objects[0].mtime_us, parse_http_time("Sat, 14 Mar 2026 10:22:33 GMT"));
}

TEST(S3Answers, WhatIsNoListIsAnError) {
  for (const char* xml : {"", "<html>busy</html>",
                          "<ListBucketResult><Contents><Key>a</Key>"
                          "<Size>x</Size></Contents></ListBucketResult>"})
    EXPECT_EQ(parse_s3_page(xml).error().code(), ErrorCode::corrupt) << xml;
  EXPECT_FALSE(parse_s3_fault("<html/>"));
  EXPECT_FALSE(parse_http_time("yesterday"));
}

}  // namespace
}  // namespace weir::store
