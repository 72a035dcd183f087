// The URL of a PostgreSQL target: libpq's own, with `schema=NAME` besides its parameters.
//
//   postgres://user@host:5432/database?schema=next&sslmode=verify-full
//
// Threads: plain functions.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "weir/base/result.h"

namespace weir::target {

struct PostgresUrl {
  std::string uri;     // for libpq
  std::string schema;  // in which tables and manifest lie
  std::string shown;   // for messages: as written, without a password
};

// `place` is what stands behind "postgres:".
// Errors: usage  it does not begin with "//"; a schema's name is empty, too long or not UTF-8.
Result<PostgresUrl> parse_postgres_url(std::string_view place);

// Where the rows of a run wait: a folder for each target in the user's cache.
std::filesystem::path postgres_spool_folder(const PostgresUrl& url);

}  // namespace weir::target
