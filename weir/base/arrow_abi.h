// The Arrow C data interface: how a Batch passes to and from Arrow, DuckDB and Python.
//
// Source: Arrow C data interface, "Structure definitions"; the two structs are its ABI.
#pragma once

#include <memory>

#include "weir/base/batch.h"
#include "weir/base/result.h"

extern "C" {
#ifndef ARROW_C_DATA_INTERFACE
#define ARROW_C_DATA_INTERFACE
#define ARROW_FLAG_NULLABLE 2
struct ArrowSchema {
  const char* format;
  const char* name;
  const char* metadata;
  int64_t flags;
  int64_t n_children;
  struct ArrowSchema** children;
  struct ArrowSchema* dictionary;
  void (*release)(struct ArrowSchema*);
  void* private_data;
};
struct ArrowArray {
  int64_t length;
  int64_t null_count;
  int64_t offset;
  int64_t n_buffers;
  int64_t n_children;
  const void** buffers;
  struct ArrowArray** children;
  struct ArrowArray* dictionary;
  void (*release)(struct ArrowArray*);
  void* private_data;
};
#endif
}

namespace weir {

// Fills `out` with a struct type whose children are the fields. json and string are "u", point and
// binary "z", datetime "tsu:", timestamp "tsu:UTC".
void export_schema(const Schema& schema, ArrowSchema* out);

// Fills `out` with a struct array over the batch's buffers, not copied: they must outlive it.
void export_batch(const Batch& batch, ArrowArray* out);

// The columns of a struct array as a Batch over its buffers, not copied; `array` must outlive it.
// Errors: unsupported  a column has an offset, or its layout is not that of `schema`.
struct ImportedBatch {
  Batch batch;
  std::vector<std::unique_ptr<Column>> children;  // what lists point to
};
Result<ImportedBatch> import_batch(const Schema& schema, const ArrowArray& array);

}  // namespace weir
