// Declarations: whatever bytes come, parsing ends; what has no problems gives tables, and parses to
// the same again.
#include "weir/extract/declaration.h"
#include "weir/extract/tables_of.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto parsed = weir::extract::parse_declaration(text, "fuzz.toml", {});
  const weir::Tables tables = weir::extract::tables_of(parsed.declaration);
  if (!parsed.problems.empty()) return 0;
  if (tables.entities.empty() || tables.tables.empty()) __builtin_trap();
  const auto again = weir::extract::parse_declaration(text, "fuzz.toml", {});
  if (again.declaration.hash != parsed.declaration.hash) __builtin_trap();
  return 0;
}
