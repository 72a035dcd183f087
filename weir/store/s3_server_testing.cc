#include "weir/store/s3_server_testing.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <thread>

namespace weir::store {

namespace {

constexpr const char* access_key = "weir-access";
constexpr const char* secret_key = "weir/secret+key";

sockaddr_in loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<u16>(port));
  return address;
}

int free_port() {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  ::bind(socket, reinterpret_cast<sockaddr*>(&address), size);
  ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size);
  ::close(socket);
  return ntohs(address.sin_port);
}

bool answers(int port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = loopback(port);
  const bool connected =
      ::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  ::close(socket);
  return connected;
}

}  // namespace

S3Server::S3Server() {
  std::string name = (std::filesystem::temp_directory_path() / "weir-s3-XXXXXX").string();
  folder_ = ::mkdtemp(name.data());
  std::filesystem::create_directory(folder_ / "objects");
  port_ = free_port();
  endpoint_ = fmt::format("http://127.0.0.1:{}", port_);
  start();
}

S3Server::~S3Server() {
  stop();
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

S3Server& S3Server::shared() {
  static S3Server server;
  return server;
}

void S3Server::start() {
  const std::string program = WEIR_SETUP_DIR "/bin/versitygw";
  ASSERT_TRUE(std::filesystem::exists(program)) << program << ": run tools/setup test";
  const std::string port = fmt::format("127.0.0.1:{}", port_);
  const std::string objects = folder_ / "objects";
  process_ = ::fork();
  if (process_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    const int nowhere = ::open("/dev/null", O_RDWR);
    ::dup2(nowhere, 1);
    ::dup2(nowhere, 2);
    ::execl(program.c_str(), "versitygw", "--access", access_key, "--secret", secret_key, "--port",
            port.c_str(), "--keep-alive", "--quiet", "posix", objects.c_str(), nullptr);
    ::_exit(127);
  }
  for (int i = 0; i < 1000 && !answers(port_); ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  ASSERT_TRUE(answers(port_)) << program << " does not answer";
}

void S3Server::stop() {
  if (process_ > 0) {
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
  }
  process_ = -1;
}

S3Settings S3Server::settings() const {
  S3Settings settings;
  settings.endpoint = endpoint_;
  settings.access_key = access_key;
  settings.secret_key = secret_key;
  settings.attempts = 3;
  return settings;
}

std::shared_ptr<S3Client> S3Server::client() const {
  auto client = S3Client::create(settings());
  EXPECT_TRUE(client.ok()) << client.error().message();
  return *std::move(client);
}

std::string S3Server::make_bucket() {
  const std::string bucket = fmt::format("bucket-{}", ++buckets_);
  const auto made = client()->put({bucket, ""}, "");
  EXPECT_TRUE(made.ok()) << made.error().message();
  return bucket;
}

void S3Server::set_environment() const {
  ::setenv("AWS_ENDPOINT_URL", endpoint_.c_str(), 1);
  ::setenv("AWS_ACCESS_KEY_ID", access_key, 1);
  ::setenv("AWS_SECRET_ACCESS_KEY", secret_key, 1);
  ::setenv("AWS_MAX_ATTEMPTS", "3", 1);
}

}  // namespace weir::store
