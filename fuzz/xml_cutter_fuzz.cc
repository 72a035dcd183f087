// XmlCutter: a document in blocks gives what it gives in one piece; and each document that is
// well-formed is cut into elements that are.
//
// The first bytes of an input choose the options and where the blocks end.
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "fuzz/xml_cut_text.h"
#include "fuzz/xml_events.h"
#include "weir/base/bytes.h"

namespace weir::format {
namespace {

constexpr size_t choice_bytes = 8;

XmlCutterOptions options_of(uint8_t choice) {
  using Kind = XmlPathStep::Kind;
  XmlCutterOptions options;
  switch (choice & 3) {
    case 0:
      break;  // the whole document
    case 1:
      options.record = {{Kind::name, {"a"}}};
      break;
    case 2:
      options.record = {{Kind::any_depth, {}}, {Kind::name, {"a", "b"}}};
      break;
    case 3:
      options.record = {{Kind::any, {}}, {Kind::name, {"A"}}};
      break;
  }
  options.ignore_case = (choice & 4) != 0;
  if ((choice & 8) != 0) options.name_space = "u";
  return options;
}

void require(bool good, const XmlCutText& whole, const XmlCutText& other) {
  if (good) return;
  std::fprintf(stderr, "%s\n%s%s----\n%s\n%s%s", whole.error.c_str(), whole.events.c_str(),
               whole.records.c_str(), other.error.c_str(), other.events.c_str(),
               other.records.c_str());
  std::abort();
}

void check(const uint8_t* choices, std::string_view document) {
  const XmlCutterOptions options = options_of(choices[0]);
  const XmlCutText whole = cut_text(document, options, {});
  std::vector<i64> ends;
  for (size_t i = 1; i < choice_bytes && !document.empty(); ++i)
    ends.push_back(static_cast<i64>(choices[i] % document.size()));
  std::sort(ends.begin(), ends.end());
  const XmlCutText split = cut_text(document, options, ends);
  require(split.failed == whole.failed && split.records == whole.records, whole, split);
  require(whole.failed || split.events == whole.events, whole, split);
  cut_text(document, options, ends, 1 + choices[1]);  // a small buffer must not hang or read wild

  XmlTokenizer tokenizer;
  XmlEventText text;
  if (is_valid_utf8(document) && tokenizer.document(document, text).ok())
    require(!whole.failed, whole, split);
}

}  // namespace
}  // namespace weir::format

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < weir::format::choice_bytes) return 0;
  weir::format::check(data, {reinterpret_cast<const char*>(data) + weir::format::choice_bytes,
                             size - weir::format::choice_bytes});
  return 0;
}
