#include "weir/extract/document_fields.h"

#include <fmt/format.h>
#include <re2/re2.h>

namespace weir::extract {

DocumentFields::DocumentFields(const Plan& plan)
    : plan_(plan),
      names_(plan.document_nodes, plan.source->ignore_case),
      frames_{{.node = 0, .text = {}}},
      texts_(plan.document.size()) {}

void DocumentFields::enter(std::string_view name) {
  const i32 above = frames_.back().node;
  frames_.push_back({.node = above < 0 ? -1 : names_.member(above, name), .text = {}});
}

void DocumentFields::attribute(std::string_view name, std::string_view value) {
  const i32 above = frames_.back().node;
  const i32 node = above < 0 ? -1 : names_.attribute(above, name);
  if (node >= 0) take(plan_.document_nodes[static_cast<std::size_t>(node)], value);
}

void DocumentFields::text(std::string_view text) {
  Frame& frame = frames_.back();
  if (frame.node >= 0 &&
      !plan_.document_nodes[static_cast<std::size_t>(frame.node)].captures.empty())
    frame.text += text;
}

void DocumentFields::leave() {
  const Frame frame = std::move(frames_.back());
  frames_.pop_back();
  if (frame.node >= 0) take(plan_.document_nodes[static_cast<std::size_t>(frame.node)], frame.text);
}

void DocumentFields::take(const MemberNode& node, std::string_view text) {
  for (const CaptureAction& action : node.captures) {
    const auto at = static_cast<std::size_t>(action.slot);
    if (texts_[at]) continue;
    if (record_begun_ && !late_) late_ = at;
    texts_[at] = std::string(text);
  }
}

Result<void> DocumentFields::check() const {
  if (!late_) return {};
  return Error(ErrorCode::corrupt,
               fmt::format("the document field {} stands behind the first record; a document field "
                           "must come before the records that use it",
                           plan_.document[*late_].name));
}

Result<void> DocumentFields::fill(InputContext& context) const {
  context.document.resize(plan_.document.size());
  context.document_texts.resize(plan_.document.size());
  for (std::size_t i = 0; i < plan_.document.size(); ++i) WEIR_TRY(fill_field(i, context));
  return {};
}

Result<void> DocumentFields::fill_field(std::size_t at, InputContext& context) const {
  const FieldPlan& field = plan_.document[at];
  Value& value = context.document[at];
  std::string& text = context.document_texts[at];
  const auto coerce = [&](std::string_view from) {
    text = from;
    const RawValue raw{.kind = RawKind::text, .text = text, .items = {}};
    Value coerced;
    if (field.coercer->coerce(raw, coerced, context.scratch) != CoerceStatus::ok) return false;
    value = coerced;
    return true;
  };
  if (texts_[at] && coerce(*texts_[at])) return {};

  const std::string& pattern = plan_.source->document[at].else_file_name;
  std::string found;
  for (const std::string& name : {context.file, context.member})
    if (!pattern.empty() && RE2::PartialMatch(name, RE2(pattern), &found) && coerce(found))
      return {};
  if (!field.required) return {};
  return Error(ErrorCode::corrupt,
               fmt::format("the document field {} is required; neither the document nor the file "
                           "name gives a value",
                           field.name));
}

}  // namespace weir::extract
