#include "weir/target/s3_uploads.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <thread>

#include "weir/store/s3_server_testing.h"
#include "weir/target/file_testing.h"

namespace weir::target {
namespace {

using store::S3Server;
using testing::IsEmpty;
using testing::SizeIs;

std::string random_bytes(i64 bytes, u32 seed) {
  std::minstd_rand random(seed);
  std::string text(static_cast<std::size_t>(bytes), '\0');
  for (char& byte : text) byte = static_cast<char>(random());
  return text;
}

class S3UploadsTest : public testing::Test {
 protected:
  S3UploadsTest()
      : client_(S3Server::shared().client()), bucket_(S3Server::shared().make_bucket()) {}

  store::S3Place at(const std::string& key) const { return {bucket_, key}; }
  std::unique_ptr<OutputFile> create(S3Uploads& uploads, const std::string& key) {
    auto file = uploads.create_object(at(key), scratch_.path());
    EXPECT_TRUE(file.ok()) << file.error().message();
    return *std::move(file);
  }
  std::string content(const std::string& key) {
    const auto found = client_->find(at(key), 100 * MiB);
    return found.ok() && *found ? (*found)->text : "nothing";
  }
  void write(OutputFile& file, std::string_view bytes, std::size_t at_once) {
    for (; !bytes.empty(); bytes.remove_prefix(std::min(at_once, bytes.size())))
      ASSERT_TRUE(file.write(bytes.substr(0, at_once)).ok());
  }

  std::shared_ptr<store::S3Client> client_;
  std::string bucket_;
  TemporaryFolder scratch_;
};

TEST_F(S3UploadsTest, ObjectsOfAnySizeAreWhole) {
  const auto uploads = S3Uploads::create(client_, 64 * MiB);
  for (const i64 bytes : {i64{0}, i64{1}, s3_part_bytes - 1, s3_part_bytes, s3_part_bytes + 1,
                          5 * s3_part_bytes, 5 * s3_part_bytes + 77}) {
    const std::string key = std::to_string(bytes);
    const std::string written = random_bytes(bytes, 1);
    const auto file = create(*uploads, key);
    write(*file, written, 300'001);
    EXPECT_EQ(content(key), "nothing") << "before it is finished";
    ASSERT_TRUE(file->finish().ok());
    EXPECT_EQ(file->bytes(), bytes);
    EXPECT_TRUE(content(key) == written) << bytes;
  }
}

// Each thread has two objects open, and all share one buffer.
TEST_F(S3UploadsTest, ManyObjectsShareFewBuffers) {
  const auto uploads = S3Uploads::create(client_, 1);
  EXPECT_EQ(uploads->buffer_bytes(), s3_part_bytes);
  const std::string written = random_bytes(2 * s3_part_bytes + 9, 2);
  {
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < 3; ++thread)
      threads.emplace_back([&, thread] {
        const auto a = create(*uploads, "a" + std::to_string(thread));
        const auto b = create(*uploads, "b" + std::to_string(thread));
        write(*a, written, static_cast<std::size_t>(2 * MiB));
        write(*b, written, static_cast<std::size_t>(3 * MiB));
        EXPECT_TRUE(a->finish().ok());
        EXPECT_TRUE(b->finish().ok());
      });
  }
  for (int thread = 0; thread < 3; ++thread) {
    EXPECT_TRUE(content("a" + std::to_string(thread)) == written);
    EXPECT_TRUE(content("b" + std::to_string(thread)) == written);
  }
}

TEST_F(S3UploadsTest, OneThatIsNotFinishedLeavesNothing) {
  const auto uploads = S3Uploads::create(client_, 64 * MiB);
  {
    const auto file = create(*uploads, "left");
    write(*file, random_bytes(2 * s3_part_bytes + 1, 3), static_cast<std::size_t>(MiB));
    EXPECT_THAT(*client_->uploads(at("")), SizeIs(1));
  }
  EXPECT_THAT(*client_->uploads(at("")), IsEmpty());
  EXPECT_EQ(content("left"), "nothing");
}

TEST(S3Uploads, AServerThatGoesIsAnErrorThatNamesTheObject) {
  S3Server server;
  const auto client = server.client();
  const std::string bucket = server.make_bucket();
  const auto uploads = S3Uploads::create(client, 64 * MiB);
  const TemporaryFolder scratch;
  auto file = uploads->create_object({bucket, "cut"}, scratch.path());
  ASSERT_TRUE(file.ok());
  const std::string bytes = random_bytes(s3_part_bytes, 4);
  ASSERT_TRUE((*file)->write(bytes).ok());
  server.stop();
  Result<void> done = (*file)->write(bytes);
  if (done.ok()) done = (*file)->finish();
  ASSERT_FALSE(done.ok());
  EXPECT_EQ(done.error().code(), ErrorCode::unavailable);
  EXPECT_THAT(done.error().message(), testing::HasSubstr("s3://" + bucket + "/cut"));
}

}  // namespace
}  // namespace weir::target
