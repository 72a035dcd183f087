#include "weir/extract/csv_front_end.h"

#include <fmt/format.h>

namespace weir::extract {

CsvFrontEnd::CsvFrontEnd(const Plan& plan)
    : plan_(plan),
      names_(plan.nodes, plan.source->ignore_case),
      splitter_(plan.source->delimiter.front()) {}

void CsvFrontEnd::begin(const FormatContext& context) {
  nodes_.clear();
  for (const std::string& name : context.header) nodes_.push_back(names_.member(0, name));
}

std::optional<Refusal> CsvFrontEnd::read(std::string_view record, const format::CutRecord& cut,
                                         RecordCapture& capture, Scratch& scratch) {
  const auto fault = splitter_.split(record, static_cast<i64>(nodes_.size()));
  if (fault == format::CsvFault::utf8) return utf8_refusal(record, cut.offset);
  if (fault == format::CsvFault::csv_width)
    return Refusal{Reason::csv_width, fmt::format("the row has {} cells, the header names {}",
                                                  splitter_.cells().size(), nodes_.size())};
  capture.begin(plan_.documents.front());
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    const format::CsvCell& cell = splitter_.cells()[i];
    if (nodes_[i] < 0 || (cell.text.empty() && !cell.quoted)) continue;
    // A cell that was written anew lies in the splitter, which the next row uses again.
    const bool in_record =
        cell.text.data() >= record.data() && cell.text.data() <= record.data() + record.size();
    const std::string_view text = in_record ? cell.text : scratch.copy(cell.text);
    const MemberNode& node = plan_.nodes[static_cast<std::size_t>(nodes_[i])];
    capture.open_rows(node, {});
    capture.capture(node, RawKind::text, text);
    capture.close_rows(node);
  }
  return std::nullopt;
}

}  // namespace weir::extract
