#include "apps/cli/courts_target.h"

namespace weir::cli {

void CourtsTarget::declare(Options& options) {
  options.text("--db", "FILE", place.db, "the database, as --to duckdb:FILE");
  options.text("--to", "URL", place.to, "the database: duckdb:FILE or postgres://…");
  options.text("--schema", "NAME", place.schema, "a schema of the database");
}

}  // namespace weir::cli
