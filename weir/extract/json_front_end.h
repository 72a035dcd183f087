// The JSON front end: the members of a record told to a RecordCapture.
//
// Threads: one at a time.
#pragma once

#include <string_view>
#include <vector>

#include "weir/extract/front_end.h"
#include "weir/extract/member_names.h"
#include "weir/extract/record_capture.h"
#include "weir/format/json_walker.h"

namespace weir::extract {

class JsonFrontEnd final : public FrontEnd {
 public:
  JsonFrontEnd(const Plan& plan, const DocumentPlan& document)
      : plan_(plan),
        document_(document),
        names_(plan.nodes, document.source->ignore_case),
        name_of_node_(plan.nodes.size()) {}

  void begin(const FormatContext&) override {}
  std::optional<Refusal> read(std::string_view record, const format::CutRecord& cut,
                              RecordCapture& capture, Scratch& scratch) override;

  // --- what JsonWalker calls
  void begin_record();
  format::JsonNode member(format::JsonNode node, std::string_view name);
  format::JsonNode item(format::JsonNode node, i64 index) {
    const format::JsonNode found = names_.item(node, index);
    lists_.back() = found == node;  // one picked by its position is a value like any other
    return found;
  }
  bool begin_object(format::JsonNode node);
  void end_object(format::JsonNode node, std::string_view bytes);
  bool begin_list(format::JsonNode node);
  void end_list(format::JsonNode node, std::string_view bytes);
  void scalar(format::JsonNode node, format::JsonScalar kind, std::string_view text);
  char* room(i64 bytes) { return scratch_->allocate(bytes); }
  i64 node_count() const { return static_cast<i64>(plan_.nodes.size()); }

 private:
  // The walker's node 0 is where the document begins.
  format::JsonNode own(format::JsonNode node) const { return node == 0 ? document_.root : node; }
  const MemberNode& at(format::JsonNode node) const {
    return plan_.nodes[static_cast<std::size_t>(own(node))];
  }
  bool in_list() const { return lists_.back(); }
  void open(format::JsonNode node) {
    capture_->open_rows(at(node), name_of_node_[static_cast<std::size_t>(node)]);
  }
  void capture(format::JsonNode node, RawKind kind, std::string_view text);

  const Plan& plan_;
  const DocumentPlan& document_;
  MemberNames names_;
  std::vector<std::string_view> name_of_node_;
  format::JsonWalker walker_;
  std::vector<bool> lists_;  // of each value that is open: its values are items of a list
  RecordCapture* capture_ = nullptr;
  Scratch* scratch_ = nullptr;
};

}  // namespace weir::extract
