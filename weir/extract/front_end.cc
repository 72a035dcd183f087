#include "weir/extract/front_end.h"

#include <fmt/format.h>

#include "weir/base/bytes.h"
#include "weir/extract/csv_front_end.h"
#include "weir/extract/json_front_end.h"
#include "weir/extract/xml_front_end.h"

namespace weir::extract {

Refusal utf8_refusal(std::string_view record, i64 offset) {
  std::string_view rest = record;
  while (const i64 bytes = utf8_character_bytes(rest))
    rest.remove_prefix(static_cast<std::size_t>(bytes));
  constexpr std::size_t excerpt_bytes = 8;
  return {Reason::utf8, fmt::format("byte {}: not valid UTF-8: \"{}\"",
                                    offset + std::ssize(record) - std::ssize(rest),
                                    printable(rest.substr(0, excerpt_bytes)))};
}

std::unique_ptr<FrontEnd> make_front_end(const Plan& plan, const DocumentPlan& document) {
  if (plan.is_archive() && document.member.empty()) return nullptr;
  switch (document.source->format) {
    using enum Format;
    case csv:
      return std::make_unique<CsvFrontEnd>(plan);
    case json:
    case ndjson:
    case json_pages:
      return std::make_unique<JsonFrontEnd>(plan, document);
    case xml:
    case archive:
      break;
  }
  return std::make_unique<XmlFrontEnd>(plan, document);
}

}  // namespace weir::extract
