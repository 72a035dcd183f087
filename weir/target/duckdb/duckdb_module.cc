// The entry of libweir_duckdb.so.
#include "weir/target/duckdb/duck_target.h"
#include "weir/target/registry.h"

namespace weir::target {
namespace {

constexpr Module duckdb_module{.open = open_duck_target};

}  // namespace
}  // namespace weir::target

extern "C" const void* weir_module(weir::i32 version) {
  using namespace weir::target;
  return version == module_version ? &duckdb_module : nullptr;
}
