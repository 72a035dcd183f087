// The CSV front end: the cells of a row told to a RecordCapture, by the names of their columns.
//
// Threads: one at a time.
#pragma once

#include <vector>

#include "weir/extract/front_end.h"
#include "weir/extract/member_names.h"
#include "weir/format/csv_splitter.h"

namespace weir::extract {

class CsvFrontEnd final : public FrontEnd {
 public:
  explicit CsvFrontEnd(const Plan& plan);

  void begin(const FormatContext& context) override;
  std::optional<Refusal> read(std::string_view record, const format::CutRecord& cut,
                              RecordCapture& capture, Scratch& scratch) override;

 private:
  const Plan& plan_;
  MemberNames names_;
  format::CsvSplitter splitter_;
  std::vector<i32> nodes_;  // of each column; -1: not wanted
};

}  // namespace weir::extract
