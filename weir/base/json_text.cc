#include "weir/base/json_text.h"

#include <fmt/format.h>

#include <iterator>

#include "weir/base/bytes.h"

namespace weir {
namespace {

void append_escaped(char c, std::string& out) {
  switch (c) {
    case '"':
      out += "\\\"";
      break;
    case '\\':
      out += "\\\\";
      break;
    case '\n':
      out += "\\n";
      break;
    case '\r':
      out += "\\r";
      break;
    case '\t':
      out += "\\t";
      break;
    default:
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned char>(c));
  }
}

}  // namespace

void append_json_string(std::string_view text, std::string& out) {
  out.push_back('"');
  while (!text.empty()) {
    const char c = text.front();
    const i64 bytes = utf8_character_bytes(text);
    if (bytes == 0)
      out += "\uFFFD";
    else if (bytes == 1 && (static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\'))
      append_escaped(c, out);
    else
      out.append(text.substr(0, static_cast<std::size_t>(bytes)));
    text.remove_prefix(static_cast<std::size_t>(bytes == 0 ? 1 : bytes));
  }
  out.push_back('"');
}

}  // namespace weir
