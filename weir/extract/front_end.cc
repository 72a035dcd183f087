#include "weir/extract/front_end.h"

#include "weir/extract/csv_front_end.h"
#include "weir/extract/json_front_end.h"
#include "weir/extract/xml_front_end.h"

namespace weir::extract {

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
