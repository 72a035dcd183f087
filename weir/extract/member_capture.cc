#include "weir/extract/member_capture.h"

namespace weir::extract {

MemberCapture::MemberCapture(const Plan& plan, const DocumentPlan& document)
    : plan_(plan), document_(document), names_(plan.nodes, document.source->ignore_case) {}

void MemberCapture::begin(RecordCapture& capture, Scratch& scratch) {
  capture_ = &capture;
  scratch_ = &scratch;
  open_.assign(1, document_.root);
  capture.begin(document_);
}

void MemberCapture::enter(std::string_view name) {
  const i32 node = open_.back() < 0 ? -1 : names_.member(open_.back(), name);
  open_.push_back(node);
  if (node >= 0) capture_->open_rows(at(node), scratch_->copy(name));
}

void MemberCapture::text(std::string_view text) {
  const i32 node = open_.back();
  if (node >= 0 && !at(node).captures.empty())
    capture_->capture(at(node), RawKind::text, scratch_->copy(text));
}

void MemberCapture::leave() {
  const i32 node = open_.back();
  open_.pop_back();
  if (node >= 0) capture_->close_rows(at(node));
}

}  // namespace weir::extract
