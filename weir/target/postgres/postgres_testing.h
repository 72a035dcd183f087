// A PostgreSQL server for tests: begun with the first one that asks for it, ended with the program.
//
// Threads: one at a time.
#pragma once

#include <filesystem>
#include <string>

#include "weir/target/postgres/postgres_connection.h"

namespace weir::target {

// The folder of the server's socket. The program ends where no server can be had.
const std::string& test_server();
// "postgres:///weir?host=...&schema=NAME"
std::string test_url(const std::string& schema);
// The schema that stands for a path, and its URL.
std::string schema_of(const std::filesystem::path& path);
std::string test_url_of(const std::filesystem::path& path);
void remove_test_schema(const std::filesystem::path& path);

// A connection to the server; statements by it must succeed.
std::unique_ptr<PostgresConnection> test_connection();
void execute(PostgresConnection& connection, const std::string& sql);
// The first column of the first row.
std::string query_text(PostgresConnection& connection, const std::string& sql);

}  // namespace weir::target
