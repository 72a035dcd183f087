// XmlTokenizer against expat: the same documents are taken, with the same events.
//
// Left out is what the two are meant to see differently: anything with a DOCTYPE (expat reads its
// declarations), text that is not UTF-8 (checked elsewhere), depth, and versions of XML. expat
// knows the names of XML's fourth edition only, so that it may refuse names beyond ASCII.
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "fuzz/xml_events.h"
#include "weir/base/bytes.h"
#include "weir/format/xml_declaration.h"

namespace weir::format {
namespace {

bool is_comparable(std::string_view document, const Result<void>& result) {
  if (document.substr(0, 4).find('\0') != document.npos) return false;  // UTF-16 to expat
  if (!is_valid_utf8(document) || document.find("<!DOCTYPE") != document.npos) return false;
  const bool marked = document.starts_with("\xEF\xBB\xBF");
  if (read_xml_declaration(document.substr(marked ? 3 : 0)).error != nullptr) return false;
  return result.ok() || result.error().code() != ErrorCode::too_large;
}

bool has_more_than_ascii(std::string_view text) {
  for (const char c : text)
    if (static_cast<u8>(c) >= 0x80) return true;
  return false;
}

void check(std::string_view document) {
  XmlTokenizer tokenizer;
  XmlEventText text;
  const Result<void> result = tokenizer.document(document, text);
  if (!is_comparable(document, result)) return;
  XML_Error error;
  const std::optional<std::string> expected = expat_events(document, &error);
  if (result.ok() && !expected && error == XML_ERROR_INVALID_TOKEN && has_more_than_ascii(document))
    return;
  if (result.ok() == expected.has_value() && (!expected || *expected == text.events())) return;
  std::fprintf(stderr, "weir: %s\nexpat: %s\n%s----\n%s",
               result.ok() ? "well-formed" : result.error().message().c_str(),
               expected ? "well-formed" : XML_ErrorString(error), text.events().c_str(),
               expected ? expected->c_str() : "");
  std::abort();
}

}  // namespace
}  // namespace weir::format

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  weir::format::check({reinterpret_cast<const char*>(data), size});
  return 0;
}
