#include "weir/jobs/courts/upkeep.h"

#include <fmt/format.h>

#include <algorithm>

#include "weir/base/time.h"
#include "weir/base/url.h"
#include "weir/jobs/courts/declaration.h"
#include "weir/jobs/courts/names.h"
#include "weir/jobs/courts/views.h"
#include "weir/pipeline/loaded_declaration.h"
#include "weir/target/database_target.h"
#include "weir/target/file_output.h"

namespace weir::courts {

namespace {

Result<std::unique_ptr<pipeline::LoadedDeclaration>> declared() {
  extract::Names names;
  add_names(names);
  return pipeline::load_text_for_run(declaration_text(), "courts.toml", "", names);
}

Result<target::DatabaseTarget*> database_of(target::Target& target, const std::string& url) {
  target::DatabaseTarget* database = target.database();
  if (database != nullptr) return database;
  return Error(ErrorCode::usage, fmt::format("{} is no database of which tables can be changed in "
                                             "place; give duckdb:FILE or postgres://…",
                                             without_password(url)));
}

// "archive_20261121"
std::string archive_of_today() {
  std::string date = format_timestamp(now_microseconds()).substr(0, 10);
  std::erase(date, '-');
  return "archive_" + date;
}

}  // namespace

Result<std::vector<PurgedTable>> purge(const std::string& url, i64 memory_bytes) {
  WEIR_ASSIGN(const auto loaded, declared());
  WEIR_ASSIGN(auto target, target::open_target(url, target::Access::write, memory_bytes));
  WEIR_ASSIGN(target::DatabaseTarget * database, database_of(*target, url));
  WEIR_ASSIGN(const auto removed, database->purge(loaded->tables));
  std::vector<PurgedTable> tables;
  for (std::size_t i = 0; i < removed.size(); ++i)
    tables.push_back({loaded->tables.tables[i].name, removed[i]});
  return tables;
}

Result<void> export_csv(const std::string& url, const CsvExportOptions& options, i64 memory_bytes) {
  WEIR_ASSIGN(auto target, target::open_target(url, target::Access::read, memory_bytes / 2));
  CsvExportOptions own = options;
  own.memory_bytes = memory_bytes / 2;
  WEIR_ASSIGN(auto exported, CsvExport::open(own));
  auto written = exported.write(*target);
  if (written.ok()) return exported.publish(*target);
  static_cast<void>(exported.abandon());
  return written;
}

Result<std::string> cut_over(const std::string& url, const std::string& from,
                             const std::string& archive) {
  const std::string kept = archive.empty() ? archive_of_today() : archive;
  WEIR_ASSIGN(auto target, target::open_target(url, target::Access::write));
  WEIR_ASSIGN(target::DatabaseTarget * database, database_of(*target, url));
  WEIR_TRY(database->cut_over(from, kept));
  WEIR_TRY(database->make_views(views()));
  return kept;
}

Result<void> backfill(const std::string& url, const GeocodeOptions& options,
                      BackfillReport& report) {
  WEIR_ASSIGN(const auto loaded, declared());
  BackfillOptions own = options.backfill;
  WEIR_ASSIGN(auto target, target::open_target(url, target::Access::write, own.memory_bytes / 2));
  WEIR_TRY(database_of(*target, url));
  GeocoderOptions named = options.geocoder;
  WEIR_ASSIGN(named.kept, target->spool_folder());
  const bool is_own_folder = own.folder.empty();
  if (is_own_folder) own.folder = named.kept.string() + "-backfill";
  named.kept += "-geocoder";  // where loads keep it
  named.folder = own.folder;
  named.memory_bytes = own.memory_bytes /= 4;
  WEIR_ASSIGN(auto geocoder, Geocoder::open(named));
  WEIR_TRY(backfill_geocodes(loaded->declaration, *target, geocoder, own, report));
  return is_own_folder ? target::remove_path(own.folder) : Result<void>();
}

}  // namespace weir::courts
