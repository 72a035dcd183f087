// ManifestTexts: texts of manifest rows that PostgreSQL takes. Those with NUL, or bytes that are
// not UTF-8, are written as people are shown them, with escapes.
//
// Threads: one at a time.
#pragma once

#include <memory>
#include <vector>

#include "weir/base/result.h"
#include "weir/flow/batch_builder.h"

namespace weir::target {

class ManifestTexts {
 public:
  // The rows with such texts; borrows from `rows` and from this, until the next call.
  // Errors: budget  the texts do not fit into some MiB.
  Result<Batch> clean(const Batch& rows);

 private:
  flow::Arena arena_{64 * MiB};
  std::vector<std::unique_ptr<flow::ColumnBuilder>> columns_;
};

}  // namespace weir::target
