// The entry of libweir_parquet.so.
#include "weir/target/file_target.h"
#include "weir/target/parquet/parquet_format.h"
#include "weir/target/registry.h"

namespace weir::target {
namespace {

Result<std::unique_ptr<Target>> open_parquet_target(const std::string& place, Access access,
                                                    i64 memory_bytes) {
  return open_file_target(place, make_parquet_format(), access, memory_bytes);
}

constexpr Module parquet_module{.open = open_parquet_target};

}  // namespace
}  // namespace weir::target

extern "C" const void* weir_module(weir::i32 version) {
  using namespace weir::target;
  return version == module_version ? &parquet_module : nullptr;
}
