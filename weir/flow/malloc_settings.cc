#include "weir/flow/malloc_settings.h"

#include <malloc.h>

#include "weir/base/types.h"

namespace weir::flow {

void configure_malloc() {
  mallopt(M_ARENA_MAX, 2);
  // zstd takes half a mebibyte for each page of Parquet and gives it back. By a mapping of its own
  // its pages would be cleared by the system each time.
  mallopt(M_MMAP_THRESHOLD, 1 * MiB);
  mallopt(M_TRIM_THRESHOLD, 4 * MiB);
}

void trim_malloc() { malloc_trim(0); }

}  // namespace weir::flow
