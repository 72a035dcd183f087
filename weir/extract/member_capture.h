// MemberCapture: what a DocumentReader tells, told on to a RecordCapture.
//
// Threads: one at a time.
#pragma once

#include <string_view>
#include <vector>

#include "weir/extract/document_reader.h"
#include "weir/extract/member_names.h"
#include "weir/extract/record_capture.h"

namespace weir::extract {

class MemberCapture final : public MemberSink {
 public:
  // `document` is one of plan.documents; all outlive the capture's use.
  MemberCapture(const Plan& plan, const DocumentPlan& document);

  // The document begins; what was told of it is forgotten.
  void begin(RecordCapture& capture, Scratch& scratch);
  void enter(std::string_view name) override;
  void text(std::string_view text) override;
  void leave() override;

 private:
  const MemberNode& at(i32 node) const { return plan_.nodes[static_cast<std::size_t>(node)]; }

  const Plan& plan_;
  const DocumentPlan& document_;
  MemberNames names_;
  std::vector<i32> open_;  // the nodes of what is open; -1: nobody wants it
  RecordCapture* capture_ = nullptr;
  Scratch* scratch_ = nullptr;
};

}  // namespace weir::extract
