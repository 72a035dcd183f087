// The entry of libweir_postgres.so.
#include "weir/target/postgres/postgres_target.h"
#include "weir/target/registry.h"

namespace weir::target {
namespace {

constexpr Module postgres_module{.open = open_postgres_target};

}  // namespace
}  // namespace weir::target

extern "C" const void* weir_module(weir::i32 version) {
  using namespace weir::target;
  return version == module_version ? &postgres_module : nullptr;
}
