#include "weir/target/registry.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "weir/base/bytes.h"
#include "weir/base/module.h"
#include "weir/base/url.h"
#include "weir/target/file_target.h"
#include "weir/target/sqlite_target.h"

namespace weir::target {
namespace {

struct Scheme {
  std::string_view name;
  std::string_view place;    // what stands behind the scheme, in words
  OpenFunction open;         // null: a module has it
  std::string_view module;   // file name
  std::string_view package;  // that brings the module
};

Result<std::unique_ptr<Target>> open_sqlite(const std::string& file, Access access,
                                            i64 memory_bytes) {
  WEIR_ASSIGN(auto target, open_sqlite_target(file, access, memory_bytes));
  return std::unique_ptr<Target>(std::move(target));
}

constexpr Scheme schemes[] = {
    {"sqlite", "FILE", open_sqlite, "", ""},
    {"csv", "FOLDER", open_csv_target, "", ""},
    {"parquet", "FOLDER", nullptr, "libweir_parquet.so", "weir-parquet"},
    {"duckdb", "FILE[?schema=NAME]", nullptr, "libweir_duckdb.so", "weir-duckdb"},
    {"postgres", "//HOST/DATABASE", nullptr, "libweir_postgres.so", "weir-postgres"},
};

const Scheme* find_scheme(std::string_view name) {
  if (name == "postgresql") name = "postgres";  // libpq knows both
  for (const Scheme& scheme : schemes)
    if (scheme.name == name) return &scheme;
  return nullptr;
}

}  // namespace

std::string known_targets() {
  std::vector<std::string> known;
  for (const Scheme& scheme : schemes)
    known.push_back(fmt::format("{}:{}", scheme.name, scheme.place));
  return fmt::format("{}", fmt::join(known, ", "));
}

Result<TargetUrl> parse_target_url(std::string_view url) {
  const auto colon = url.find(':');
  if (colon == url.npos)
    return Error(ErrorCode::usage, fmt::format("\"{}\" is no target: a target is one of {}",
                                               printable(url), known_targets()));
  const std::string shown = printable(without_password(url));
  TargetUrl parsed{std::string(url.substr(0, colon)), std::string(url.substr(colon + 1))};
  const Scheme* scheme = find_scheme(parsed.scheme);
  if (scheme == nullptr)
    return Error(ErrorCode::usage, fmt::format("\"{}\": there is no target called \"{}\", but {}",
                                               shown, printable(parsed.scheme), known_targets()));
  if (parsed.rest.empty())
    return Error(ErrorCode::usage, fmt::format("\"{}\" names no place: write {}:{}", shown,
                                               scheme->name, scheme->place));
  return parsed;
}

Result<std::unique_ptr<Target>> open_target(std::string_view url, Access access, i64 memory_bytes) {
  WEIR_ASSIGN(const TargetUrl parsed, parse_target_url(url));
  const Scheme* scheme = find_scheme(parsed.scheme);
  if (scheme->open != nullptr) return scheme->open(parsed.rest, access, memory_bytes);

  auto module = open_module_as<Module>(scheme->module, scheme->package, module_version);
  if (!module) return std::move(module).error().context(without_password(url));
  return (*module)->open(parsed.rest, access, memory_bytes);
}

}  // namespace weir::target
