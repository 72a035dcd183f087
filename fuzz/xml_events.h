// The events of an XML document as text, by XmlTokenizer and by expat: what tests and fuzzers
// compare. Texts that follow each other are one.
#pragma once

#include <expat.h>

#include <optional>
#include <string>
#include <string_view>

#include "weir/format/xml_tokenizer.h"

namespace weir::format {

class XmlEventText {
 public:
  bool enter(std::string_view name, std::string_view uri) {
    flush();
    ((events_ += '<') += uri) += '|';
    (events_ += name) += '\n';
    return true;
  }
  void attribute(std::string_view name, std::string_view value) {
    ((((events_ += '@') += name) += '=') += value) += '\n';
  }
  void text(std::string_view piece) { text_ += piece; }
  void leave() {
    flush();
    events_ += ">\n";
  }
  const std::string& events() {
    flush();
    return events_;
  }

 private:
  void flush() {
    if (!text_.empty()) ((events_ += '"') += text_) += '\n';
    text_.clear();
  }

  std::string events_;
  std::string text_;
};

// Null where expat finds the document not well-formed; `error` (may be null) gets why.
inline std::optional<std::string> expat_events(std::string_view document,
                                               XML_Error* error = nullptr) {
  constexpr char separator = '\x1F';  // no URI can contain it
  const auto split = [](std::string_view name, std::string_view& uri) {
    const std::size_t at = name.find(separator);
    uri = at == name.npos ? std::string_view{} : name.substr(0, at);
    return at == name.npos ? name : name.substr(at + 1);
  };
  static constexpr auto part = split;
  XmlEventText text;
  XML_Parser parser = XML_ParserCreateNS("UTF-8", separator);
  XML_SetUserData(parser, &text);
  XML_SetElementHandler(
      parser,
      [](void* to, const char* name, const char** attributes) {
        std::string_view uri;
        const std::string_view local = part(name, uri);
        static_cast<XmlEventText*>(to)->enter(local, uri);
        for (; *attributes != nullptr; attributes += 2)
          static_cast<XmlEventText*>(to)->attribute(part(attributes[0], uri), attributes[1]);
      },
      [](void* to, const char*) { static_cast<XmlEventText*>(to)->leave(); });
  XML_SetCharacterDataHandler(parser, [](void* to, const char* piece, int size) {
    static_cast<XmlEventText*>(to)->text({piece, static_cast<std::size_t>(size)});
  });
  const bool good =
      XML_Parse(parser, document.data(), static_cast<int>(document.size()), XML_TRUE) != 0;
  if (error != nullptr) *error = XML_GetErrorCode(parser);
  XML_ParserFree(parser);
  return good ? std::optional(text.events()) : std::nullopt;
}

}  // namespace weir::format
