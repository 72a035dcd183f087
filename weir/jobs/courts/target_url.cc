#include "weir/jobs/courts/target_url.h"

#include <fmt/format.h>

#include <algorithm>

#include "weir/base/bytes.h"
#include "weir/base/url.h"
#include "weir/target/target.h"

namespace weir::courts {

namespace {

bool is_of_files(std::string_view scheme) { return scheme == "csv" || scheme == "parquet"; }

// Letters, digits, "_" and "-": what a schema and a folder can be called everywhere.
Result<void> check_name(std::string_view option, std::string_view name) {
  const bool is_name = name.size() <= 63 && std::ranges::all_of(name, [](char c) {
                         return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                                (c >= '0' && c <= '9') || c == '_' || c == '-';
                       });
  if (is_name) return {};
  return Error(ErrorCode::usage,
               fmt::format("{}: \"{}\" is no name; take letters, digits, \"_\" and \"-\"", option,
                           printable(name)));
}

}  // namespace

Result<std::string> target_url(const TargetPlace& place) {
  if (place.to.empty() == place.db.empty())
    return Error(ErrorCode::usage, place.to.empty()
                                       ? "say where the cases go: --db FILE or --to URL"
                                       : "--db FILE is short for --to duckdb:FILE; give one");
  std::string url = place.db.empty() ? place.to : "duckdb:" + place.db;
  WEIR_ASSIGN(const target::TargetUrl parsed, target::parse_target_url(url));
  WEIR_TRY(check_name("--schema", place.schema));
  WEIR_TRY(check_name("--prefix", place.prefix));
  if (is_of_files(parsed.scheme) && !place.schema.empty())
    return Error(ErrorCode::usage, fmt::format("{} has no schemas; --prefix {} gives its files a "
                                               "folder of their own",
                                               without_password(url), place.schema));
  if (!is_of_files(parsed.scheme) && !place.prefix.empty())
    return Error(ErrorCode::usage, fmt::format("{} is a database; --schema {} gives its tables a "
                                               "schema of their own",
                                               without_password(url), place.prefix));
  if (!place.prefix.empty()) {
    if (!url.ends_with('/')) url += '/';
    return url + place.prefix;
  }
  if (place.schema.empty()) return url;
  return url + (url.find('?') == url.npos ? '?' : '&') + "schema=" + place.schema;
}

}  // namespace weir::courts
