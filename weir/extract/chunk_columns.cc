#include <algorithm>

#include "weir/extract/record_writer.h"

namespace weir::extract {

ChunkColumns::ChunkColumns(const Tables& tables, flow::Arena& arena)
    : records_(record_schema(), arena), rejects_(reject_schema(), arena) {
  for (i32 i = 0; i < static_cast<i32>(tables.tables.size()); ++i) {
    const bool is_lookup = tables.tables[static_cast<std::size_t>(i)].kind == TableKind::lookup;
    const Schema schema = tables.batch_schema(i);
    tables_.push_back(is_lookup ? nullptr : std::make_unique<flow::BatchBuilder>(schema, arena));
    lookups_.push_back(is_lookup ? std::make_unique<LookupRows>(schema, arena) : nullptr);
  }
  marks_.resize(tables_.size());
}

bool ChunkColumns::empty() const { return records_.rows() == 0 && rejects_.rows() == 0; }

void ChunkColumns::mark() {
  record_mark_ = records_.whole_rows();
  reject_mark_ = rejects_.whole_rows();
  for (std::size_t i = 0; i < tables_.size(); ++i)
    marks_[i] = tables_[i] != nullptr ? tables_[i]->whole_rows() : lookups_[i]->rows();
}

void ChunkColumns::back_to_mark() { truncate(record_mark_, reject_mark_); }

void ChunkColumns::clear() {
  std::ranges::fill(marks_, 0);
  truncate(0, 0);
}

void ChunkColumns::truncate(i64 records, i64 rejects) {
  records_.truncate(records);
  rejects_.truncate(rejects);
  for (std::size_t i = 0; i < tables_.size(); ++i) {
    if (tables_[i] != nullptr)
      tables_[i]->truncate(marks_[i]);
    else
      lookups_[i]->truncate(marks_[i]);
  }
}

ChunkBatches ChunkColumns::view() const {
  ChunkBatches batches{.records = records_.view(), .tables = {}, .rejects = rejects_.view()};
  for (std::size_t i = 0; i < tables_.size(); ++i)
    batches.tables.push_back(tables_[i] != nullptr ? tables_[i]->view() : lookups_[i]->view());
  return batches;
}

}  // namespace weir::extract
