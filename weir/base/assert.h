// WEIR_ASSERT states what the program itself guarantees. When it does not hold, the process ends
// with the file, the line and the condition: the mistake is in Weir, not in its input. It stays on
// in release builds; never put one in a loop over values.
#pragma once

#define WEIR_ASSERT(condition) \
  ((condition) ? static_cast<void>(0) : ::weir::assertion_failed(#condition, __FILE__, __LINE__))

namespace weir {
[[noreturn]] void assertion_failed(const char* condition, const char* file, int line);
}
