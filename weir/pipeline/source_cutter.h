// The cutter for a source's format and record path.
//
// Threads: one at a time.
#pragma once

#include <memory>

#include "weir/base/result.h"
#include "weir/extract/declaration.h"
#include "weir/extract/front_end.h"
#include "weir/format/csv_cutter.h"
#include "weir/format/record_cutter.h"
#include "weir/format/xml_cutter.h"

namespace weir::pipeline {

class SourceCutter {
 public:
  // `events` may be null, and outlives the cutter.
  // Errors: declaration  the record path is not one that the format can follow;
  //         unsupported  a format that only its job reads.
  static Result<SourceCutter> make(const extract::SourceDecl& source,
                                   format::DocumentEvents* events);

  format::RecordCutter& cutter() { return *cutter_; }
  // What the records cut so far need. A new value only where there is something new.
  std::shared_ptr<const extract::FormatContext> context();

 private:
  std::unique_ptr<format::RecordCutter> cutter_;
  format::XmlCutter* xml_ = nullptr;  // cutter_, where it is one
  format::CsvCutter* csv_ = nullptr;
  std::shared_ptr<const extract::FormatContext> context_ =
      std::make_shared<extract::FormatContext>();
};

}  // namespace weir::pipeline
