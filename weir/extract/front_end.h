// FrontEnd: what a record of some format holds, or a document of an archive, told to a
// RecordCapture.
//
// Called once a record; what happens inside it is not virtual (see the front ends of XML, JSON and
// CSV). Each chunk has its own.
//
// Threads: one at a time.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "weir/extract/record_capture.h"
#include "weir/extract/record_writer.h"
#include "weir/format/record_cutter.h"
#include "weir/format/xml_namespaces.h"

namespace weir::extract {

// What the cutter of an input knows that its records need.
struct FormatContext {
  std::vector<std::shared_ptr<const format::XmlScope>> scopes;  // XML, by CutRecord::scope
  std::vector<std::string> header;                              // CSV: the names of the columns
};

class FrontEnd {
 public:
  // Bytes behind a record that must be readable; what they hold does not matter.
  static constexpr i64 padding = 64;

  virtual ~FrontEnd() = default;

  // The records that follow are cut in this context, which must stay.
  virtual void begin(const FormatContext& context) = 0;

  // Captures `record`, which is `cut` of its input; or, in an archive, a whole document. A refusal
  // says why it cannot be taken; the capture then holds nothing of use of it.
  virtual std::optional<Refusal> read(std::string_view record, const format::CutRecord& cut,
                                      RecordCapture& capture, Scratch& scratch) = 0;
};

// Of a record that is not valid UTF-8: where in the document, in which the record is at `offset`.
Refusal utf8_refusal(std::string_view record, i64 offset);

// For one of plan.documents. Null: nothing that is written in a format.
std::unique_ptr<FrontEnd> make_front_end(const Plan& plan, const DocumentPlan& document);

}  // namespace weir::extract
