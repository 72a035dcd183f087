// What an import of comics did, for people or as JSON.
#pragma once

#include <string>

#include "weir/jobs/comics/import.h"

namespace weir::cli {

// A JSON object for each library, a line each.
void print_import_json(const comics::ImportReport& report);
void print_import(const comics::ImportReport& report, const std::string& db);

}  // namespace weir::cli
