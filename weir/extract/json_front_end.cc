#include "weir/extract/json_front_end.h"

#include <fmt/format.h>

#include "weir/format/json_fault.h"

namespace weir::extract {

using format::JsonNode;
using format::JsonScalar;

// How the values directly inside of what is open are taken: as items of a list, or as members.
// A list within a list is an item like any other.

void JsonFrontEnd::begin_record() {
  capture_->begin(document_);
  lists_.assign(1, false);
}

JsonNode JsonFrontEnd::member(JsonNode node, std::string_view name) {
  const i32 found = names_.member(own(node), name);
  if (found >= 0) name_of_node_[static_cast<std::size_t>(found)] = name;
  return found;
}

void JsonFrontEnd::capture(JsonNode node, RawKind kind, std::string_view text) {
  if (in_list())
    capture_->capture_item(at(node), kind, text);
  else
    capture_->capture(at(node), kind, text);
}

bool JsonFrontEnd::begin_object(JsonNode node) {
  open(node);
  lists_.push_back(false);
  return at(node).has_members();
}

void JsonFrontEnd::end_object(JsonNode node, std::string_view bytes) {
  lists_.pop_back();
  if (node != 0) capture(node, RawKind::json, bytes);
  capture_->close_rows(at(node));
}

bool JsonFrontEnd::begin_list(JsonNode node) {
  const bool nested = in_list();
  lists_.push_back(true);
  return !nested && (at(node).per_item || at(node).has_members());
}

void JsonFrontEnd::end_list(JsonNode node, std::string_view bytes) {
  lists_.pop_back();
  if (in_list())
    capture_->capture_item(at(node), RawKind::json, bytes);
  else
    capture_->capture_list(at(node), bytes);
}

void JsonFrontEnd::scalar(JsonNode node, JsonScalar kind, std::string_view text) {
  if (kind == JsonScalar::null) return capture(node, RawKind::null, text);
  const RawKind raw = kind == JsonScalar::text     ? RawKind::text
                      : kind == JsonScalar::number ? RawKind::number
                                                   : RawKind::boolean;
  open(node);
  capture(node, raw, text);
  capture_->close_rows(at(node));
}

namespace {

Refusal syntax_refusal(std::string_view record, i64 offset) {
  const auto fault = format::find_json_fault(record);
  return {Reason::json_syntax, fault
                                   ? fmt::format("byte {}: {}", offset + fault->offset, fault->what)
                                   : "the record is not well-formed JSON"};
}

}  // namespace

std::optional<Refusal> JsonFrontEnd::read(std::string_view record, const format::CutRecord& cut,
                                          RecordCapture& capture, Scratch& scratch) {
  static_assert(FrontEnd::padding >= format::JsonIndex::padding);
  capture_ = &capture;
  scratch_ = &scratch;
  switch (walker_.walk(record, *this)) {
    using enum format::JsonFault;
    case none:
      return std::nullopt;
    case utf8:
      return utf8_refusal(record, cut.offset);
    case not_object:
      return Refusal{Reason::not_object, "the record is not a JSON object"};
    case json_syntax:
      break;
  }
  return syntax_refusal(record, cut.offset);
}

}  // namespace weir::extract
