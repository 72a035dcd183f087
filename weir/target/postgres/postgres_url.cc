#include "weir/target/postgres/postgres_url.h"

#include <fmt/format.h>

#include "weir/base/url.h"
#include "weir/target/postgres/postgres_names.h"
#include "weir/target/spool_place.h"
#include "weir/target/sql_names.h"

namespace weir::target {
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
  return spool_folder_for(fmt::format("{}#{}", without_password(url.uri), url.schema));
}

}  // namespace weir::target
