#include "weir/target/postgres/postgres_testing.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>

#include "weir/base/hash.h"
#include "weir/target/sql_names.h"

namespace weir::target {
namespace {

// The script runs until the pipe to it is closed, also by the end of this program.
struct Server {
  Server() {
    char folder[] = "/tmp/weir_postgres_test_XXXXXX";
    if (::mkdtemp(folder) == nullptr) std::abort();
    const std::string said = std::string(folder) + "/said";
    pipe = ::popen(
        fmt::format("python3 {}/tests/postgres_server.py > {}", WEIR_SOURCE_DIR, said).c_str(),
        "w");
    for (int tries = 0; tries < 600 && socket.empty(); ++tries) {
      ::usleep(100'000);
      read_line(said);
    }
    std::filesystem::remove_all(folder);
    if (socket.empty()) {
      std::fputs("no PostgreSQL server for the tests\n", stderr);
      std::exit(1);
    }
  }
  ~Server() { ::pclose(pipe); }

  void read_line(const std::string& said) {
    char line[256] = "";
    std::FILE* file = std::fopen(said.c_str(), "r");
    if (file == nullptr) return;
    if (std::fgets(line, sizeof line, file) != nullptr) socket = line;
    std::fclose(file);
    if (!socket.ends_with('\n')) socket.clear();
    if (!socket.empty()) socket.pop_back();
  }

  std::FILE* pipe = nullptr;
  std::string socket;
};

}  // namespace

const std::string& test_server() {
  static const Server server;
  return server.socket;
}

std::string test_url(const std::string& schema) {
  return fmt::format("postgres:///weir?host={}&user=postgres&schema={}", test_server(), schema);
}

std::string schema_of(const std::filesystem::path& path) {
  return "s" + to_hex(hash128(path.string()));
}

std::string test_url_of(const std::filesystem::path& path) { return test_url(schema_of(path)); }

void remove_test_schema(const std::filesystem::path& path) {
  const auto connection = test_connection();
  execute(*connection,
          fmt::format("DROP SCHEMA IF EXISTS {} CASCADE", db::quote_name(schema_of(path))));
}

std::unique_ptr<PostgresConnection> test_connection() {
  const auto url = parse_postgres_url(test_url("public").substr(9));
  auto opened = PostgresConnection::open(*url);
  EXPECT_TRUE(opened.ok()) << opened.error().message();
  return std::move(opened).value();
}

void execute(PostgresConnection& connection, const std::string& sql) {
  const auto done = connection.execute(sql);
  EXPECT_TRUE(done.ok()) << done.error().message();
}

std::string query_text(PostgresConnection& connection, const std::string& sql) {
  const auto rows = connection.query(sql);
  EXPECT_TRUE(rows.ok()) << rows.error().message();
  return rows.ok() && rows->count() > 0 ? std::string(rows->text(0, 0)) : std::string();
}

}  // namespace weir::target
