#include "weir/flow/malloc_settings.h"

#include <malloc.h>

#include "weir/base/types.h"

namespace weir::flow {

void configure_malloc() {
  mallopt(M_ARENA_MAX, 2);
  mallopt(M_MMAP_THRESHOLD, 256 * KiB);
  mallopt(M_TRIM_THRESHOLD, 1 * MiB);
}

void trim_malloc() { malloc_trim(0); }

}  // namespace weir::flow
