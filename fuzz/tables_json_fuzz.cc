// Tables kept as JSON: whatever bytes come, reading ends, and what is read writes and reads back as
// itself.
#include "weir/base/tables.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  auto tables = weir::tables_from_json({reinterpret_cast<const char*>(data), size});
  if (!tables) return 0;
  auto again = weir::tables_from_json(weir::to_json(*tables));
  if (!again || *again != *tables) __builtin_trap();
  return 0;
}
