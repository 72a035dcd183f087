#include "weir/extract/xml_front_end.h"

#include "weir/format/json_index.h"

namespace weir::extract {

XmlFrontEnd::XmlFrontEnd(const Plan& plan, const DocumentPlan& document)
    : plan_(plan),
      document_(document),
      names_(plan.nodes, document.source->ignore_case),
      tokenizer_({.refuse_doctype = document.source->refuse_doctype}),
      item_counts_(plan.nodes.size()) {}

XmlFrontEnd::Frame& XmlFrontEnd::push(i32 node) {
  if (depth_ == frames_.size()) frames_.emplace_back();
  Frame& frame = frames_[depth_++];
  frame.node = node;
  frame.serial = ++serial_;
  frame.wants_text = !at(node).captures.empty();
  frame.text = {};
  frame.pieces = 0;
  return frame;
}

// Repeated elements are the items of a list.
i32 XmlFrontEnd::item_node(i32 node, i64 parent) {
  if (!at(node).has_items()) return node;
  ItemCount& items = item_counts_[static_cast<std::size_t>(node)];
  if (items.parent != parent) items = {.parent = parent, .count = 0};
  return names_.item(node, items.count++);
}

bool XmlFrontEnd::enter(std::string_view name, std::string_view uri) {
  if (depth_ == 0) {
    push(document_.root);
    return true;
  }
  const std::string& wanted = document_.source->name_space;
  if (!wanted.empty() && uri != wanted) return false;
  const Frame& above = frames_[depth_ - 1];
  i32 node = names_.member(above.node, name);
  if (node >= 0) node = item_node(node, above.serial);
  if (node < 0) return false;
  push(node);
  capture_->open_rows(at(node), name);
  return true;
}

void XmlFrontEnd::attribute(std::string_view name, std::string_view value) {
  const i32 node = names_.attribute(frames_[depth_ - 1].node, name);
  if (node >= 0) capture_->capture(at(node), RawKind::text, value);
}

void XmlFrontEnd::text(std::string_view text) {
  Frame& frame = frames_[depth_ - 1];
  if (!frame.wants_text) return;
  if (frame.pieces++ == 0) {
    frame.text = text;
    return;
  }
  if (frame.pieces == 2) frame.joined = frame.text;
  frame.joined += text;
}

void XmlFrontEnd::leave() {
  const Frame& frame = frames_[--depth_];
  const MemberNode& node = at(frame.node);
  if (frame.wants_text)
    capture_->capture(node, RawKind::text,
                      frame.pieces < 2 ? frame.text : scratch_->copy(frame.joined));
  if (depth_ > 0) capture_->close_rows(node);
}

std::optional<Refusal> XmlFrontEnd::read(std::string_view record, const format::CutRecord& cut,
                                         RecordCapture& capture, Scratch& scratch) {
  if (!format::is_utf8(record)) return utf8_refusal(record, cut.offset);
  capture_ = &capture;
  scratch_ = &scratch;
  depth_ = 0;
  capture.begin(document_);
  const Result<void> walked = walk(record, cut);
  if (walked.ok()) return std::nullopt;
  return Refusal{Reason::xml_syntax, walked.error().message()};
}

Result<void> XmlFrontEnd::walk(std::string_view record, const format::CutRecord& cut) {
  if (plan_.is_archive()) {
    // A path to the record begins with the name of the root element.
    if (document_.source->record) push(document_.root);
    return tokenizer_.document(record, *this);
  }
  static const format::XmlScope none;
  const auto scope = static_cast<std::size_t>(cut.scope);
  return tokenizer_.element(
      record, scope < context_->scopes.size() ? *context_->scopes[scope] : none, cut.offset, *this);
}

}  // namespace weir::extract
