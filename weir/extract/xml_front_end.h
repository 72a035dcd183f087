// The XML front end: the elements and attributes of a record told to a RecordCapture.
//
// An element's own text is all its character data, comments and instructions notwithstanding,
// without that of its children.
//
// Threads: one at a time.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "weir/extract/front_end.h"
#include "weir/extract/member_names.h"
#include "weir/format/xml_tokenizer.h"

namespace weir::extract {

class XmlFrontEnd final : public FrontEnd {
 public:
  XmlFrontEnd(const Plan& plan, const DocumentPlan& document);

  void begin(const FormatContext& context) override { context_ = &context; }
  std::optional<Refusal> read(std::string_view record, const format::CutRecord& cut,
                              RecordCapture& capture, Scratch& scratch) override;

  // --- what XmlTokenizer calls
  bool enter(std::string_view name, std::string_view uri);
  void attribute(std::string_view name, std::string_view value);
  void text(std::string_view text);
  void leave();

 private:
  struct Frame {
    i32 node = 0;
    i64 serial = 0;  // of the element, for counting the items in it
    bool wants_text = false;
    std::string_view text;  // the only piece so far
    i64 pieces = 0;
    std::string joined;  // of several pieces
  };
  struct ItemCount {
    i64 parent = -1;  // serial of the element they are in
    i64 count = 0;
  };

  const MemberNode& at(i32 node) const { return plan_.nodes[static_cast<std::size_t>(node)]; }
  i32 item_node(i32 node, i64 parent);
  Frame& push(i32 node);
  Result<void> walk(std::string_view record, const format::CutRecord& cut);

  const Plan& plan_;
  const DocumentPlan& document_;
  MemberNames names_;
  format::XmlTokenizer tokenizer_;
  const FormatContext* context_ = nullptr;
  std::vector<Frame> frames_;  // reused; the first `depth_` are open
  std::size_t depth_ = 0;
  i64 serial_ = 0;
  std::vector<ItemCount> item_counts_;  // of each node
  RecordCapture* capture_ = nullptr;
  Scratch* scratch_ = nullptr;
};

}  // namespace weir::extract
