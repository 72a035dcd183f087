#include "weir/target/postgres/postgres_url.h"

#include <fmt/format.h>

#include <cstdlib>

#include "weir/base/hash.h"
#include "weir/base/url.h"
#include "weir/target/postgres/postgres_names.h"
#include "weir/target/sql_names.h"

namespace weir::target {
namespace {

// The variable's value; empty where it is not set.
std::string_view variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string_view() : std::string_view(value);
}

}  // namespace

Result<PostgresUrl> parse_postgres_url(std::string_view place) {
  PostgresUrl url;
  url.shown = without_password(fmt::format("postgres:{}", place));
  if (!place.starts_with("//"))
    return Error(ErrorCode::usage,
                 fmt::format("\"{}\" names no server: write postgres://HOST/DATABASE, or "
                             "postgres:///DATABASE for one on this machine",
                             url.shown));
  // The error shows what it was given.
  if (!split_schema(place).ok()) return split_schema(url.shown).error();
  const DatabasePlace split = *split_schema(place);
  url.uri = "postgresql:" + split.place;
  url.schema = split.schema.empty() ? "public" : split.schema;
  auto checked = check_postgres_name(url.schema, "schema");
  if (!checked.ok()) return Error(ErrorCode::usage, checked.error().message());
  return url;
}

std::filesystem::path postgres_spool_folder(const PostgresUrl& url) {
  std::filesystem::path cache;
  if (const auto folder = variable("XDG_CACHE_HOME"); !folder.empty()) {
    cache = folder;
  } else if (const auto home = variable("HOME"); !home.empty()) {
    cache = std::filesystem::path(home) / ".cache";
  } else {
    const auto temporary = variable("TMPDIR");
    cache = temporary.empty() ? "/tmp" : temporary;
  }
  const std::string place = fmt::format("{}#{}", without_password(url.uri), url.schema);
  return cache / "weir" / ("spool-" + to_hex(hash128(place)));
}

}  // namespace weir::target
